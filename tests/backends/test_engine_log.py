"""llama.cpp's log: heard for as long as the library may speak, whoever listened."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.backends.tiny_models import write_windowed

# In a process of its own: what goes wrong here ends it. llama.cpp speaks while it frees a context.
_TWO_ENGINES = """
import gc, sys
from pathlib import Path
from tests.backends.stepped import Stepped

first, second = Stepped(Path(sys.argv[1])), Stepped(Path(sys.argv[1]))
second.close()
del second
gc.collect()
first.close()
"""


def test_an_engine_is_freed_after_a_later_one_has_gone(tmp_path: Path) -> None:
    model = write_windowed(tmp_path / "model.gguf")
    command = [sys.executable, "-c", _TWO_ENGINES, str(model)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert ended.returncode == 0, ended.stderr
