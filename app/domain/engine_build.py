"""Builds of llama.cpp for this machine: what is installed, and where another can come from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from app.domain.errors import UsageError
from app.domain.hardware import BackendChoice, EngineStatus, Gpu

BUNDLED = "bundled"
# The wheel indexes that llama-cpp-python documents.
INDEX = "https://abetlen.github.io/llama-cpp-python/whl"
DISTRIBUTION = "llama-cpp-python"
Origin = Literal["bundled", "wheel", "index", "source"]
_NAME_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")


class WheelFile(msgspec.Struct, frozen=True):
    """A wheel on this computer, as the file system gives its path (`os.fsencode`)."""

    path: bytes


class WheelIndex(msgspec.Struct, frozen=True):
    """A wheel index; `version` None takes that of the bundled build, or else the newest."""

    address: str
    version: str | None = None


class SourceCode(msgspec.Struct, frozen=True):
    """Source to be compiled: a requirement or a path, with options of CMake."""

    requirement: str
    cmake_args: str = ""


BuildSource = WheelFile | WheelIndex | SourceCode


class WantedBuild(msgspec.Struct, frozen=True):
    """A build to be installed under a name."""

    name: str
    source: BuildSource


class EngineBuild(msgspec.Struct, frozen=True, kw_only=True):
    """One build of the engine. `made_from` says where it came from, for people."""

    name: str
    version: str
    origin: Origin
    made_from: str = ""


class BuildProposal(msgspec.Struct, frozen=True, kw_only=True):
    """A build that would use a graphics card: from an index if there is one, or from source."""

    name: str
    reason: str
    # What ggml calls the interface, one of these, when it is built in.
    interfaces: tuple[str, ...]
    index: WheelIndex | None
    source: SourceCode


def origin_text(build: EngineBuild) -> str:
    """Where a build came from: `0.3.36, from source with -DGGML_NATIVE=ON`."""
    come = {
        "bundled": "comes with the program",
        "wheel": f"from the file {build.made_from}",
        "index": f"from {build.made_from}",
        "source": f"from source with {build.made_from}",
    }
    return f"{build.version}, {come[build.origin]}"


def check_name(name: str) -> None:
    """Raise `UsageError` for a name that cannot be a build's folder."""
    if not name or len(name) > 60 or not set(name) <= _NAME_CHARACTERS or name[0] in ".-":
        raise UsageError(
            f"“{name}” cannot be the name of a build: use letters, digits, points and dashes."
        )
    if name == BUNDLED:
        raise UsageError("The bundled build keeps its name. Choose another one.")


def offers(
    gpus: Sequence[Gpu], status: EngineStatus, choice: BackendChoice
) -> tuple[BuildProposal, ...]:
    """The builds to offer where a card is there and the build that was looked at cannot use it.

    None for an interface that is built in and finds no device: then the driver is what is missing.
    """
    if choice.device is not None:
        return ()
    found = proposals(gpus, status.version)
    return tuple(each for each in found if not set(each.interfaces) & set(status.backends))


def proposals(gpus: Iterable[Gpu], version: str | None) -> tuple[BuildProposal, ...]:
    """The builds that can use these cards, best first; `version` is that of the bundled build."""
    found: dict[str, BuildProposal] = {}
    for gpu in gpus:
        for proposal in _for_card(gpu, version):
            found.setdefault(proposal.name, proposal)
    return tuple(found.values())


def _for_card(gpu: Gpu, version: str | None) -> tuple[BuildProposal, ...]:
    own = {"nvidia": ("cuda", "CUDA", "GGML_CUDA"), "amd": ("rocm", "ROCm", "GGML_HIP")}
    if gpu.vendor == "apple":
        return (_proposal(gpu, version, ("metal", "Metal", "GGML_METAL"), "metal"),)
    index = _cuda_index(gpu.driver) if gpu.vendor == "nvidia" else "rocm72"
    return (
        _proposal(gpu, version, own[gpu.vendor], index),
        _proposal(gpu, version, ("vulkan", "Vulkan", "GGML_VULKAN"), "vulkan"),
    )


def _proposal(
    gpu: Gpu, version: str | None, interface: tuple[str, str, str], index: str | None
) -> BuildProposal:
    name, title, option = interface
    return BuildProposal(
        name=name,
        reason=f"{title} uses {gpu.name}.",
        interfaces=("MTL", title) if name == "metal" else (title,),
        index=None if index is None else WheelIndex(f"{INDEX}/{index}", version),
        source=SourceCode(requirement(version), f"-D{option}=ON"),
    )


def requirement(version: str | None) -> str:
    """What pip and uv call this version of the engine's source; None: the newest."""
    return DISTRIBUTION if version is None else f"{DISTRIBUTION}=={version}"


def _cuda_index(driver: str | None) -> str | None:
    """The newest CUDA whose wheels the driver runs; None for one that is too old or not known.

    Least Linux drivers: https://docs.nvidia.com/cuda/cuda-toolkit-release-notes, table 3
    """
    major = (driver or "").partition(".")[0]
    if not major.isdigit():
        return None
    for least, index in ((580, "cu130"), (550, "cu124"), (525, "cu121"), (450, "cu118")):
        if int(major) >= least:
            return index
    return None
