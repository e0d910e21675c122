"""What only some systems have: marks for the tests that are about it, saying what others lack."""

from __future__ import annotations

import platform
import sys

import pytest

_ON_LINUX = sys.platform == "linux"

unix_signals = pytest.mark.skipif(
    sys.platform == "win32",
    reason="Windows sends Ctrl+C to a whole console, pytest too, and ends processes otherwise",
)
bounded_memory = pytest.mark.skipif(
    not _ON_LINUX, reason="RLIMIT_AS is not obeyed by macOS and is no part of Windows"
)
proc_files = pytest.mark.skipif(not _ON_LINUX, reason="/proc is no part of macOS and Windows")
linux_loader = pytest.mark.skipif(
    not _ON_LINUX, reason="LD_PRELOAD and LD_LIBRARY_PATH mean nothing to other systems' loaders"
)
full_device = pytest.mark.skipif(not _ON_LINUX, reason="/dev/full is Linux's alone")
displays = pytest.mark.skipif(
    not _ON_LINUX, reason="on macOS and Windows there is no display to be missing"
)
terminals = pytest.mark.skipif(
    sys.platform == "win32", reason="Python opens no pseudo-terminal on Windows"
)
# As the markers of `mlx-lm` in pyproject.toml. Where there is a build, its lack is a failure.
HAS_MLX = _ON_LINUX or (sys.platform == "darwin" and platform.machine() == "arm64")
NO_MLX = "MLX has no build for Windows and for Macs with Intel processors"
