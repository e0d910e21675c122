"""Real wheels of the engine made of the installed one, under another version, whole or broken."""

from __future__ import annotations

import importlib.util
import zipfile
from collections.abc import Callable
from pathlib import Path

from packaging.tags import sys_tags

VERSION = "9.9.9"
Spoil = Callable[[str, bytes], bytes]


def wheel_name(version: str = VERSION) -> str:
    """The file name of a wheel for this system."""
    platform = next(t.platform for t in sys_tags() if (t.interpreter, t.abi) == ("py3", "none"))
    return f"llama_cpp_python-{version}-py3-none-{platform}.whl"


def make_wheel(folder: Path, spoil: Spoil | None = None, version: str = VERSION) -> Path:
    """A wheel of the installed build; `spoil` changes the bytes of its files, by name."""
    spec = importlib.util.find_spec("llama_cpp")
    assert spec is not None
    assert spec.submodule_search_locations
    package = Path(spec.submodule_search_locations[0])
    info = f"llama_cpp_python-{version}.dist-info"
    folder.mkdir(parents=True, exist_ok=True)
    wheel = folder / wheel_name(version)
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_STORED) as archive:
        for file in sorted([*package.glob("*.py"), *package.glob("lib/*")]):
            name = f"llama_cpp/{file.relative_to(package).as_posix()}"
            data = file.read_bytes()
            archive.writestr(name, data if spoil is None else spoil(name, data))
        head = f"Metadata-Version: 2.1\nName: llama-cpp-python\nVersion: {version}\n"
        archive.writestr(f"{info}/METADATA", head)
        wheel_head = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: false\n"
        archive.writestr(f"{info}/WHEEL", f"{wheel_head}Tag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return wheel


def cut_library(name: str, data: bytes) -> bytes:
    """A library whose copy was cut short."""
    return data[: len(data) // 2] if "libllama" in name else data


def crashing(name: str, data: bytes) -> bytes:
    """A build that ends its process when it is loaded."""
    return data + b"\nimport os\nos.abort()\n" if name == "llama_cpp/llama_cpp.py" else data


def asking_for(library: str) -> Spoil:
    """A build that needs another library, which the system does not have."""

    def spoil(name: str, data: bytes) -> bytes:
        needed = data + f"\nctypes.CDLL({library!r})\n".encode()
        return needed if name == "llama_cpp/llama_cpp.py" else data

    return spoil


def refusing(name: str, data: bytes) -> bytes:
    """A build whose library does not suit its declarations."""
    spoiled = data + b"\nraise AttributeError('no such symbol')\n"
    return spoiled if name == "llama_cpp/llama_cpp.py" else data


_BACKEND = """
import os, pathlib, shutil, sys
def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    print("compiling with", os.environ["CMAKE_ARGS"], flush=True)
    {action}
    wheel = pathlib.Path({wheel!r})
    shutil.copy(wheel, wheel_directory)
    return wheel.name
"""


def make_source(folder: Path, wheel: Path, action: str = "pass") -> Path:
    """A source tree whose build takes no compiler: `action` is what it does on the way."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").write_text(
        "[build-system]\nrequires = []\nbuild-backend = 'own'\nbackend-path = ['.']\n"
        f"[project]\nname = 'llama-cpp-python'\nversion = '{VERSION}'\n"
    )
    (folder / "own.py").write_text(_BACKEND.format(action=action, wheel=str(wheel)))
    return folder
