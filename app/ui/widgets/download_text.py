"""What is said of a download: its state, numbers and time left, honest about what is unknown."""

from __future__ import annotations

from app.domain.transfer import DownloadProgress
from app.domain.units import file_text, remaining_text, transfer_text
from app.domain.words import marked
from app.ui.language import tr

# What the button of a state does, and how a screen reader says it.
STEPS = {
    "paused": (marked("Resume"), marked("Resume {name}")),
    "failed": (marked("Try again"), marked("Try {name} again")),
    "finished": (marked("Load"), marked("Load {name}")),
}
PAUSE = (marked("Pause"), marked("Pause {name}"))
STATE_ICONS = {
    "queued": "clock",
    "running": "download",
    "waiting": "hourglass",
    "verifying": "hourglass",
    "paused": "pause",
    "failed": "circle-alert",
    "finished": "circle-check",
}


def progress_text(progress: DownloadProgress) -> str:
    """One line of a state: `1.2 of 4.9 GB · 84 MB/s · 47 s left`, or a sentence."""
    if progress.state == "running":
        return " · ".join([_amount(progress), *_pace(progress)])
    total = file_text(progress.total_bytes)
    waiting = tr("Waiting for the server · {amount}").format(amount=_amount(progress))
    unforeseen = tr("It failed for a reason that nobody foresaw. Try again.")
    return {
        "queued": tr("Waits for its turn · {size}").format(size=total),
        "verifying": tr("Verifying the checksum of {size}").format(size=total),
        "paused": tr("Paused at {amount}").format(amount=_amount(progress)),
        "finished": tr("{size} · verified").format(size=total),
        "waiting": progress.notice or waiting,
        "failed": progress.problem or unforeseen,
    }[progress.state]


def _amount(progress: DownloadProgress) -> str:
    received, total = file_text(progress.received_bytes), file_text(progress.total_bytes)
    return tr("{received} of {total}").format(received=received, total=total)


def _pace(progress: DownloadProgress) -> list[str]:
    if progress.has_stalled:
        return [tr("no data for {time}").format(time=remaining_text(progress.quiet_seconds))]
    if progress.rate_bytes_per_second <= 0:
        return [tr("connecting")]
    pace = [transfer_text(progress.rate_bytes_per_second)]
    if progress.eta_seconds is not None:
        left = tr("{time} left").format(time=remaining_text(progress.eta_seconds))
        pace.append(left)
    return pace


def permille(progress: DownloadProgress) -> int:
    """How far it has come, for a bar from 0 to 1000."""
    if progress.total_bytes <= 0:
        return 0
    return min(1000, progress.received_bytes * 1000 // progress.total_bytes)
