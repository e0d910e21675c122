"""What this machine can compute on: its graphics cards, and what the engine's library sees."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from app.domain.hardware import BrokenDevice, Device, EngineStatus, Gpu, GpuSample
from app.domain.os_causes import cause_of
from app.domain.words import Sentence, said, sentence
from backends import apple
from backends.amd import AmdCards
from backends.llama_cpp.device_trial import TrialReport
from backends.llama_cpp.probe import ENGINE_NAME, ProbeReport
from backends.llama_cpp.speed_probe import SpeedReport
from backends.mlx.probe import MlxReport
from backends.nvidia import NvidiaCards
from backends.process import worker_environment
from backends.selection import is_remote

_DISTRIBUTION = "llama-cpp-python"
_TIMEOUT_SECONDS = 60
_SHOWN_LOG_CHARACTERS = 300


class GpuMeters:
    """Reads the meters of all graphics cards again and again; belongs to one thread."""

    def __init__(self) -> None:
        self._cards = (NvidiaCards(), AmdCards())

    def samples(self) -> tuple[GpuSample, ...]:
        """One reading of every card that has meters; what a card does not tell is None."""
        return tuple(sample for cards in self._cards for sample in cards.samples())

    def close(self) -> None:
        """Let the drivers go."""
        for cards in self._cards:
            cards.close()


def gpus() -> tuple[Gpu, ...]:
    """The graphics cards that the system has, whether or not an engine can use them.

    Blocks for as long as the driver takes to start; call it in a thread.
    """
    nvidia = NvidiaCards()
    try:
        return (*nvidia.gpus(), *AmdCards().gpus(), *apple.gpus())
    finally:
        nvidia.close()


def engine_status(python_path: Sequence[str] = ()) -> EngineStatus:
    """Whether the built llama.cpp runs here and which devices it sees.

    `python_path`: the folder of another build than the bundled one. The library is loaded in a
    child process, so that a broken library or driver ends only that. Blocks for a fraction of a
    second, at most for a minute; call it in a thread.
    """
    version = _installed_version(python_path)
    if version is None:
        return _unusable(
            None,
            "",
            said(
                "The llama.cpp engine is not installed. In a checkout `uv run quantbench` builds "
                "it (this needs a C++ compiler); elsewhere run "
                "`pip install 'quantbench[llama-cpp]'`."
            ),
        )
    build_id = _build_id(version, python_path)
    try:
        answer = _run("backends.llama_cpp.probe", *python_path)
    except subprocess.TimeoutExpired:
        reason = said(
            "The llama.cpp library did not answer within {seconds} seconds while it looked for "
            "devices. Restart the computer or update the graphics driver."
        ).format(seconds=_TIMEOUT_SECONDS)
        return _unusable(version, build_id, reason)
    except OSError as error:
        words = said("The check of llama.cpp cannot be started: {cause}.")
        reason = words.format(cause=cause_of(error).said())
        return _unusable(version, build_id, reason)
    return _without_broken(_status_from(answer, version, build_id), python_path)


def mlx_status() -> EngineStatus:
    """Whether MLX is installed, loads and computes: tried in a child process. Blocks for a second
    or two, at most for a minute.
    """
    try:
        version = importlib.metadata.version("mlx-lm")
    except importlib.metadata.PackageNotFoundError:
        version = None
    report = _mlx_report()
    reason = report.reason.said()
    return EngineStatus(name="MLX", version=version, usable=report.usable, reason=reason)


def _mlx_report() -> MlxReport:
    try:
        answer = _run("backends.mlx.probe")
    except subprocess.TimeoutExpired:
        reason = sentence("It did not load within {seconds} seconds.", seconds=_TIMEOUT_SECONDS)
        return MlxReport(usable=False, reason=reason)
    except OSError as error:
        return MlxReport(usable=False, reason=_no_trial(error))
    try:
        return msgspec.json.decode(answer.stdout, type=MlxReport)
    except msgspec.DecodeError:
        reason = sentence(
            "Its library crashed while it was loaded ({ending}).{words}",
            ending=_ending(answer.returncode),
            words=_last_words(answer),
        )
        return MlxReport(usable=False, reason=reason)


def _no_trial(error: OSError) -> Sentence:
    return sentence("The trial cannot be started: {cause}.", cause=cause_of(error))


def engine_speed() -> SpeedReport | None:
    """How fast the bundled llama.cpp computes on the CPU; None where it does not run.

    Measured in a child process; blocks for a second or two.
    """
    try:
        answer = _run("backends.llama_cpp.speed_probe")
        return msgspec.json.decode(answer.stdout, type=SpeedReport)
    except (OSError, subprocess.TimeoutExpired, msgspec.DecodeError):
        return None


def _run(module: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    # -I: nothing of the user's environment or of the working directory is imported.
    return subprocess.run(
        [sys.executable, "-I", "-X", "utf8", "-m", module, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=_TIMEOUT_SECONDS,
        check=False,
        env=worker_environment(),
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


def _status_from(
    answer: subprocess.CompletedProcess[bytes], version: str, build_id: str
) -> EngineStatus:
    try:
        report = msgspec.json.decode(answer.stdout, type=ProbeReport)
    except msgspec.DecodeError:
        return _unusable(version, build_id, _cause_of_death(answer))
    return EngineStatus(
        name=ENGINE_NAME,
        version=version,
        usable=report.usable,
        reason=report.reason.said(),
        devices=tuple(_with_free_memory(device) for device in report.devices),
        build_id=build_id,
        backends=report.backends,
        cpu_features=report.cpu_features,
    )


def _without_broken(status: EngineStatus, python_path: Sequence[str]) -> EngineStatus:
    """Try each GPU of this computer in a process of its own: a broken driver ends only that."""
    tried = [device for device in status.devices if _is_tried(device)]
    failures = [(device, trial_failure(device.name, python_path)) for device in tried]
    broken = tuple(
        BrokenDevice(device=device, reason=reason) for device, reason in failures if reason
    )
    gone = {each.device.name for each in broken}
    return msgspec.structs.replace(
        status,
        devices=tuple(each for each in status.devices if each.name not in gone),
        broken=broken,
    )


def _is_tried(device: Device) -> bool:
    return device.kind != "cpu" and not is_remote(device)


def trial_failure(name: str, python_path: Sequence[str] = ()) -> str:
    """Why the device of this name does not open; empty if it does. Blocks up to a minute."""
    try:
        answer = _run("backends.llama_cpp.device_trial", name, *python_path)
    except subprocess.TimeoutExpired:
        words = said("It did not open within {seconds} seconds.")
        return words.format(seconds=_TIMEOUT_SECONDS)
    except OSError as error:
        return _no_trial(error).said()
    try:
        report = msgspec.json.decode(answer.stdout, type=TrialReport)
    except msgspec.DecodeError:
        words = said("Its driver crashed while it was opened ({ending}).{words}")
        return words.format(ending=_ending(answer.returncode), words=_last_words(answer).said())
    return "" if report.opened else report.reason.said()


def _last_words(answer: subprocess.CompletedProcess[bytes]) -> Sentence:
    log = answer.stderr.decode("utf-8", "replace").strip()
    last = log.splitlines()[-1].strip()[:_SHOWN_LOG_CHARACTERS] if log else ""
    return sentence(" Its last words: {words}", words=last) if last else Sentence("")


def _with_free_memory(device: Device) -> Device:
    """ggml says of the CPU's memory that all of it is free."""
    if device.kind != "cpu":
        return device
    import psutil

    ram = psutil.virtual_memory()
    return msgspec.structs.replace(device, total_bytes=ram.total, free_bytes=ram.available)


def _unusable(version: str | None, build_id: str, reason: str) -> EngineStatus:
    return EngineStatus(
        name=ENGINE_NAME, version=version, usable=False, reason=reason, build_id=build_id
    )


def _cause_of_death(answer: subprocess.CompletedProcess[bytes]) -> str:
    words = said(
        "The llama.cpp library crashed while it was loaded ({ending}). Rebuild it (`uv sync "
        "--reinstall-package llama-cpp-python`) or update the graphics driver.{words}"
    )
    return words.format(ending=_ending(answer.returncode), words=_last_words(answer).said())


def _ending(status: int) -> str:
    """The name of the signal that ended a process, or else its status."""
    if status >= 0:
        return f"status {status}"
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"


def _installed_version(python_path: Sequence[str]) -> str | None:
    """The version of the installed engine; None when it is missing or only half there."""
    if python_path:
        found = importlib.metadata.distributions(name=_DISTRIBUTION, path=list(python_path))
        return next((each.version for each in found), None)
    if importlib.util.find_spec("llama_cpp") is None:
        return None
    try:
        return importlib.metadata.version(_DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError:
        return "unknown"


def _build_id(version: str, python_path: Sequence[str] = ()) -> str:
    """Tells builds apart by the version and the library files' names, sizes and times."""
    digest = hashlib.sha256(version.encode())
    for path in _library_files(python_path):
        facts = path.stat()
        digest.update(f"\n{path.name} {facts.st_size} {facts.st_mtime_ns}".encode())
    return digest.hexdigest()[:16]


def _library_files(python_path: Sequence[str]) -> list[Path]:
    if python_path:
        return sorted(path for place in python_path for path in Path(place).glob("llama_cpp/lib/*"))
    spec = importlib.util.find_spec("llama_cpp")
    places = [] if spec is None else list(spec.submodule_search_locations or ())
    return sorted(path for place in places for path in (Path(place) / "lib").glob("*"))
