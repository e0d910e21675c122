"""Wheels of the engine: the right one of an index, and unpacking without an installer.

Formats: https://packaging.python.org/en/latest/specifications/binary-distribution-format and
https://packaging.python.org/en/latest/specifications/simple-repository-api
"""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import msgspec
from packaging.tags import Tag, sys_tags
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from app.domain.engine_build import DISTRIBUTION
from app.domain.errors import EngineError, UsageError
from app.domain.os_causes import cause_of
from app.domain.words import sentence
from app.services.files import shown

_LINK = re.compile(r'<a\s[^>]*?href\s*=\s*"([^"]+)"', re.IGNORECASE)
# Far more than any build has; a wheel that claims more is a bomb.
_LARGEST_UNPACKED = 8 * 2**30
_BLOCK_BYTES = 2**20


class WheelLink(msgspec.Struct, frozen=True):
    """A wheel in an index; `sha256` as the index tells it, if it does."""

    address: str
    file_name: str
    version: str
    sha256: str | None


def choose(page: str, address: str, version: str | None) -> WheelLink:
    """The wheel of an index page that suits this Python and system.

    `version` None: the newest. Raises `EngineError` if there is none.
    """
    order = {tag: index for index, tag in enumerate(sys_tags())}
    fitting: list[tuple[Version, int, WheelLink]] = []
    versions: set[str] = set()
    for href in _LINK.findall(page):
        link, tags = _link(urljoin(address, html.unescape(href)))
        if link is None:
            continue
        versions.add(link.version)
        rank = min((order[tag] for tag in tags if tag in order), default=None)
        # Indexes of CUDA builds may add what they are built for: 0.3.36+cu124.
        if rank is not None and version in (None, link.version, Version(link.version).public):
            fitting.append((Version(link.version), -rank, link))
    if not fitting:
        wanted = sentence(" of version {version}", version=version) if version else ""
        offered = ", ".join(sorted(versions)[-5:]) or sentence("none at all")
        raise EngineError(
            "{host} has no build{wanted} for this system and Python. It has: {offered}. Choose "
            "another version, or build it from source.",
            host=str(urlsplit(address).hostname),
            wanted=wanted,
            offered=offered,
        )
    return max(fitting, key=lambda one: one[:2])[2]


def _link(address: str) -> tuple[WheelLink | None, frozenset[Tag]]:
    plain, fragment = urldefrag(address)
    file_name = unquote(urlsplit(plain).path.rpartition("/")[2])
    try:
        name, version, _, tags = parse_wheel_filename(file_name)
    except (InvalidWheelFilename, InvalidVersion):
        return None, frozenset()
    if name != canonicalize_name(DISTRIBUTION):
        return None, frozenset()
    sha256 = fragment.partition("sha256=")[2] or None
    return WheelLink(plain, file_name, str(version), sha256), tags


def unpack(wheel: Path, folder: Path, check: Callable[[], None]) -> str:
    """Unpack a wheel of the engine into an empty folder; its version.

    `check` is called often and may raise, to stop. Raises `UsageError` and `EngineError`.
    """
    try:
        with zipfile.ZipFile(wheel) as archive:
            _refuse_bomb(archive, wheel)
            for entry in archive.infolist():
                check()
                _extract(archive, entry, folder, check)
    except zipfile.BadZipFile as error:
        raise UsageError(
            "{name} is not a wheel, or it is damaged: {error}. Download it again.",
            name=wheel.name,
            error=str(error),
        ) from error
    except FileNotFoundError as error:
        raise UsageError("There is no file {path}. Check the path.", path=shown(wheel)) from error
    except OSError as error:
        raise EngineError(
            "{name} cannot be unpacked: {cause}.", name=wheel.name, cause=cause_of(error)
        ) from error
    return version_in(folder)


def version_in(folder: Path) -> str:
    """The version of the engine in a folder. Raises `UsageError` if it holds none."""
    infos = list(folder.glob("llama_cpp_python-*.dist-info"))
    if not infos or not (folder / "llama_cpp" / "llama_cpp.py").is_file():
        raise UsageError(
            "This is not a build of {distribution}: it has no llama_cpp package in it.",
            distribution=DISTRIBUTION,
        )
    return infos[0].name.removeprefix("llama_cpp_python-").removesuffix(".dist-info")


def _refuse_bomb(archive: zipfile.ZipFile, wheel: Path) -> None:
    if sum(entry.file_size for entry in archive.infolist()) > _LARGEST_UNPACKED:
        raise UsageError("{name} would become far too large when it is unpacked.", name=wheel.name)


def _extract(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path, check: Callable[[], None]
) -> None:
    """One file. What a wheel would install beside its packages (`.data`) is of no use here."""
    path = PurePosixPath(entry.filename)
    if path.is_absolute() or ".." in path.parts or "\\" in entry.filename or ":" in entry.filename:
        raise UsageError(
            "The wheel wants to write outside its folder ({filename}).",
            filename=entry.filename[:100],
        )
    if entry.is_dir() or path.parts[0].endswith(".data"):
        return
    target = folder.joinpath(*path.parts)
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(entry) as source, target.open("wb") as sink:
        while block := source.read(_BLOCK_BYTES):
            check()
            sink.write(block)
