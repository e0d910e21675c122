"""Text of numbers, made here alone: GiB for memory, GB for files, as the hub shows them."""

from __future__ import annotations

from app.domain.words import Sentence, said, written

KIB, MIB, GIB = 2**10, 2**20, 2**30
MB, GB = 10**6, 10**9


def memory_text(size_bytes: float) -> str:
    """Memory in GiB or MiB: `1.32 GiB`, `21.4 GiB`, `105 MiB`."""
    return memory_words(size_bytes).said()


def file_text(size_bytes: float) -> str:
    """A file's size in GB down to bytes: `4.92 GB`, `98 MB`."""
    return file_words(size_bytes).said()


def memory_words(size_bytes: float) -> Sentence:
    """`memory_text` as a value of an error that another process says in its language."""
    if size_bytes >= GIB:
        return _large(size_bytes / GIB, "GiB")
    return _whole(size_bytes / MIB, "MiB")


def file_words(size_bytes: float) -> Sentence:
    """`file_text` as a value of an error that another process says in its language."""
    if size_bytes >= GB:
        return _large(size_bytes / GB, "GB")
    if size_bytes >= MB:
        return _whole(size_bytes / MB, "MB")
    return _whole(size_bytes / 1000, "kB") if size_bytes >= 1000 else _whole(size_bytes, "B")


def _large(number: float, unit: str) -> Sentence:
    form = "{number:.2f} {unit}" if number < 10 else "{number:.1f} {unit}"
    return Sentence(form, {"number": number, "unit": unit})


def _whole(number: float, unit: str) -> Sentence:
    return Sentence("{number:.0f} {unit}", {"number": number, "unit": unit})


def count_text(count: int) -> str:
    """A whole number with thousands set apart: `8,192`."""
    return written(f"{count:,}")


def number_text(number: float) -> str:
    """A number without a unit, as short as it can be written: `0.7`, `40`."""
    return written(f"{number:g}")


def rate_text(tokens_per_second: float) -> str:
    """Tokens a second: `7.4`, `104`, `2,310`."""
    if tokens_per_second < 10:
        return written(f"{tokens_per_second:.1f}")
    return written(f"{tokens_per_second:,.0f}")


def duration_text(milliseconds: float) -> str:
    """A time as people read it: `85 ms`, `1.24 s`, `2 min 05 s`."""
    if milliseconds < 1000:
        return f"{milliseconds:.0f} ms"
    seconds = milliseconds / 1000
    if seconds < 60:
        return written(f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.1f} s")
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s"


def remaining_text(seconds: float) -> str:
    """The time that something will still take: `9 s`, `4 min`, `2 h 05 min`."""
    if seconds < 99:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    if minutes < 99:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest:02d} min"


def ago_text(seconds: float) -> str:
    """How long ago something was: `just now`, `5 min ago`, `3 h ago`, `12 days ago`."""
    if seconds < 60:
        return said("just now")
    if seconds < 3600:
        return said("{count} min ago").format(count=int(seconds // 60))
    if seconds < 86400:
        return said("{count} h ago").format(count=int(seconds // 3600))
    days = int(seconds // 86400)
    if days < 60:
        return said("yesterday") if days == 1 else said("{count} days ago").format(count=days)
    if days < 730:
        return said("{count} months ago").format(count=days // 30)
    return said("{count} years ago").format(count=days // 365)


def transfer_text(bytes_per_second: float) -> str:
    """The rate of a transfer: `84 MB/s`, `640 kB/s`."""
    return f"{file_text(bytes_per_second)}/s"


def compact_text(count: int) -> str:
    """A count of which the size matters, not the last digit: `812`, `4.7k`, `1.2M`."""
    for unit, letter in ((MB, "M"), (1000, "k")):
        if count >= unit:
            number = count / unit
            return written(f"{number:.1f}{letter}" if number < 100 else f"{number:.0f}{letter}")
    return str(count)


def bits_text(bits: float) -> str:
    """Bits a weight: `4.85`, `16.0`."""
    return written(f"{bits:.2f}" if bits < 10 else f"{bits:.1f}")


def parameters_text(count: int) -> str:
    """A number of parameters as models are named: `135M`, `8.03B`."""
    if count >= GB:
        billions = count / GB
        return written(f"{billions:.2f}B" if billions < 10 else f"{billions:.1f}B")
    return f"{count / MB:.0f}M" if count >= MB else compact_text(count)


def percent_text(percent: float) -> str:
    """A share of a whole: `87 %`."""
    return f"{percent:.0f} %"


def power_text(watts: float) -> str:
    """Electric power: `8.4 W`, `168 W`."""
    return written(f"{watts:.1f} W" if watts < 10 else f"{watts:.0f} W")
