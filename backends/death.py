"""Why a worker process ended: its exit status and the end of its log, put into a sentence."""

from __future__ import annotations

import re
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from app.domain.errors import AppError, EngineDiedError, EngineMemoryError
from app.domain.words import Sentence, marked, sentence

_ASSERTION = re.compile(r"([\w./\\-]+:\d+: )?(GGML_ASSERT\(.*\) failed|GGML_ABORT.*|fatal error.*)")
_MEMORY_SIGNS = (
    "failed to allocate",
    "unable to allocate",
    "out of memory",
    "std::bad_alloc",
    "MemoryError",
)
_NEXT_STEP = sentence(
    "Load the model again; if it happens again, choose another file or a smaller context."
)
_OTHER_BUILD = sentence(
    "Choose another build of the engine on the page Engines, or make one there from source with "
    "-DGGML_NATIVE=ON, which is for this processor."
)
_CRASHES = {
    "SIGSEGV": marked(
        "The engine crashed (it used memory that is not its own) {activity}. {next_step}"
    ),
    "SIGILL": marked(
        "The engine crashed (it used an instruction that this processor does not have) {activity}. "
        "{next_step}"
    ),
    "SIGFPE": marked("The engine crashed (an impossible division) {activity}. {next_step}"),
    "SIGABRT": marked(
        "The engine stopped itself (it noticed that something was wrong) {activity}. {next_step}"
    ),
}
# Windows reports the same faults as exit statuses.
_WINDOWS_CRASHES = {0xC0000005: "SIGSEGV", 0xC000001D: "SIGILL", 0xC0000409: "SIGABRT"}


class Death(msgspec.Struct, frozen=True, kw_only=True):
    """What is known about the end of a worker."""

    status: int  # as `subprocess` gives it: negative for a signal
    activity: Sentence  # what it was doing, as in "while it loaded X"
    log_tail: Sequence[str]
    # Processes that the system has killed for memory while this one ran; None if not counted.
    memory_kills: int | None = None


def explain(death: Death) -> AppError:
    """The error to show for a worker's unexpected end."""
    log, name = "\n".join(death.log_tail), _signal_name(death.status)
    if any(sign in log for sign in _MEMORY_SIGNS) or (name == "SIGKILL" and death.memory_kills):
        return EngineMemoryError(
            "The engine ran out of memory {activity}. Choose a smaller context, KV type q8_0, or "
            "a smaller quantization, or close other programs.",
            activity=death.activity,
        )
    assertion = _ASSERTION.search(log)
    if assertion is not None:
        return EngineDiedError(
            "llama.cpp stopped at an internal check {activity}: {check}. {next_step}",
            crashed=True,
            activity=death.activity,
            check=assertion.group(2)[:200],
            next_step=_NEXT_STEP,
        )
    return _explain_status(death, name)


def _explain_status(death: Death, name: str | None) -> EngineDiedError:
    if name == "SIGBUS":
        return EngineDiedError(
            "The engine crashed {activity}: the model file became shorter or its disk went away "
            "while it was in use. Check the file, then load the model again.",
            activity=death.activity,
        )
    if name in _CRASHES:
        # No other file helps a build that was made for another processor.
        step = _OTHER_BUILD if name == "SIGILL" else _NEXT_STEP
        return EngineDiedError(
            _CRASHES[name], crashed=True, activity=death.activity, next_step=step
        )
    if name is not None:
        return EngineDiedError(
            "The engine was ended from outside ({name}) {activity}. Load the model again to go on.",
            name=name,
            activity=death.activity,
        )
    last = next((line.strip() for line in reversed(death.log_tail) if line.strip()), "")
    return EngineDiedError(
        "The engine ended with status {status} {activity}. {next_step}{words}",
        status=str(death.status),
        activity=death.activity,
        next_step=_NEXT_STEP,
        words=sentence(" Its last words: {words}", words=last[:200]) if last else "",
    )


def _signal_name(status: int) -> str | None:
    if status < 0:
        try:
            return signal.Signals(-status).name
        except ValueError:
            return f"signal {-status}"
    return _WINDOWS_CRASHES.get(status & 0xFFFFFFFF)


def memory_kill_count() -> int | None:
    """How many processes the kernel has killed for memory since it started (Linux), else None."""
    if sys.platform != "linux":
        return None
    try:
        statistics = Path("/proc/vmstat").read_text()
    except OSError:
        return None
    found = re.search(r"^oom_kill (\d+)$", statistics, re.MULTILINE)
    return int(found.group(1)) if found else None
