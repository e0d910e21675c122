"""Builds of llama.cpp for this machine: what is installed, and where another can come from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from app.domain.errors import UsageError
from app.domain.hardware import BackendChoice, EngineStatus, Gpu
from app.domain.words import Sentence, marked, said, sentence

BUNDLED = "bundled"
# The wheel indexes that llama-cpp-python documents.
INDEX = "https://abetlen.github.io/llama-cpp-python/whl"
DISTRIBUTION = "llama-cpp-python"
# Of each index, the newest first: the least Linux driver, by table 3 of
# https://docs.nvidia.com/cuda/cuda-toolkit-release-notes, and the compute capabilities, by
# llama-cpp-python's README. A card that does not tell its own is taken for a common one.
_CUDA_WHEELS: tuple[tuple[int, str, tuple[int, int], tuple[int, int]], ...] = (
    (580, "cu130", (7, 5), (99, 0)),
    (550, "cu124", (6, 0), (99, 0)),
    (525, "cu121", (6, 0), (99, 0)),
    (450, "cu118", (6, 0), (8, 9)),
)
_COMMON_CAPABILITY = (7, 5)
# As the loader of Linux names a library that is not there.
_MISSING = re.compile(r"lib[\w.+-]+\.so[\w.]*(?=: cannot open)")
_CUDA_RUNTIME = marked(
    "NVIDIA's CUDA runtime of that version (https://developer.nvidia.com/cuda-downloads)"
)
_ROCM = marked("AMD's ROCm (https://rocm.docs.amd.com)")
_OWNERS = {
    "cuda": _CUDA_RUNTIME,
    "cublas": _CUDA_RUNTIME,
    "vulkan": marked("the Vulkan loader (on Debian and Ubuntu the package libvulkan1)"),
    "hip": _ROCM,
    "roc": _ROCM,
}
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


def shown_name(name: str) -> str:
    """What people call a build: its name; that of the bundled one is a word."""
    return said("bundled") if name == BUNDLED else name


def origin_text(build: EngineBuild) -> str:
    """Where a build came from: `0.3.36, from source with -DGGML_NATIVE=ON`."""
    options = build.made_from or said("no options")
    come = {
        "bundled": said("comes with the program"),
        "wheel": said("from the file {name}").format(name=build.made_from),
        "index": said("from {name}").format(name=build.made_from),
        "source": said("from source with {options}").format(options=options),
    }
    return f"{build.version}, {come[build.origin]}"


def check_name(name: str) -> None:
    """Raise `UsageError` for a name that cannot be a build's folder."""
    if not name or len(name) > 60 or not set(name) <= _NAME_CHARACTERS or name[0] in ".-":
        raise UsageError(
            "“{name}” cannot be the name of a build: use letters, digits, points and dashes.",
            name=name,
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
    index = _cuda_index(gpu) if gpu.vendor == "nvidia" else "rocm72"
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
        reason=said("{title} uses {card}.").format(title=title, card=gpu.name),
        interfaces=("MTL", title) if name == "metal" else (title,),
        index=None if index is None else WheelIndex(f"{INDEX}/{index}", version),
        source=SourceCode(requirement(version), f"-D{option}=ON"),
    )


def requirement(version: str | None) -> str:
    """What pip and uv call this version of the engine's source; None: the newest."""
    return DISTRIBUTION if version is None else f"{DISTRIBUTION}=={version}"


def _cuda_index(gpu: Gpu) -> str | None:
    """The newest CUDA whose wheels run on the card and its driver; None where none does, or it is
    not known.
    """
    major = (gpu.driver or "").partition(".")[0]
    if not major.isdigit():
        return None
    capability = gpu.compute_capability or _COMMON_CAPABILITY
    for least, index, low, high in _CUDA_WHEELS:
        if int(major) >= least and low <= capability <= high:
            return index
    return None


def missing_library(error: str) -> Sentence | None:
    """What to do about a library that a build asks for, from the loader's words."""
    found = _MISSING.search(error)
    if found is None:
        return None
    library = found[0]
    for sign, owner in _OWNERS.items():
        if sign in library.lower():
            return sentence(
                "It needs {library}: install {owner}, or choose another build.",
                library=library,
                owner=sentence(owner),
            )
    return sentence("It needs {library}, which this system does not have.", library=library)
