"""What is said of a download: its state, numbers and time left, honest about what is unknown."""

from __future__ import annotations

from app.domain.transfer import DownloadProgress
from app.domain.units import file_text, remaining_text, transfer_text

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
    waiting = f"Waiting for the server · {_amount(progress)}"
    unforeseen = "It failed for a reason that nobody foresaw. Try again."
    return {
        "queued": f"Waits for its turn · {total}",
        "verifying": f"Verifying the checksum of {total}",
        "paused": f"Paused at {_amount(progress)}",
        "finished": f"{total} · verified",
        "waiting": progress.notice or waiting,
        "failed": progress.problem or unforeseen,
    }[progress.state]


def _amount(progress: DownloadProgress) -> str:
    return f"{file_text(progress.received_bytes)} of {file_text(progress.total_bytes)}"


def _pace(progress: DownloadProgress) -> list[str]:
    if progress.rate_bytes_per_second <= 0:
        return ["connecting"]
    pace = [transfer_text(progress.rate_bytes_per_second)]
    if progress.eta_seconds is not None:
        pace.append(f"{remaining_text(progress.eta_seconds)} left")
    return pace


def permille(progress: DownloadProgress) -> int:
    """How far it has come, for a bar from 0 to 1000."""
    if progress.total_bytes <= 0:
        return 0
    return min(1000, progress.received_bytes * 1000 // progress.total_bytes)
