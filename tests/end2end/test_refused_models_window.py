"""Files that cannot be loaded, dropped on the real window: a sentence each, and nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from tests.end2end.test_window import Until, answered, drop, opened, ready
from tests.fakes.refused_models import write_enormous, write_unknown_architecture


def no_gguf(path: Path) -> Path:
    path.write_text("Dear reader, this is not a model. " * 100)
    return path


def empty(path: Path) -> Path:
    path.touch()
    return path


REFUSED = (
    (no_gguf, "letter.gguf", "not a GGUF"),
    (empty, "empty.gguf", "empty"),
    (write_unknown_architecture, "unknown.gguf", "frobnicator"),
    (write_enormous, "enormous.gguf", "memory"),
)


# `tests/end2end/test_window.py` has a sample: a file that is cut short.
@pytest.mark.long
async def test_each_refusal_is_a_sentence_and_the_loaded_model_goes_on(
    qapp: QApplication, until: Until, tmp_path: Path
) -> None:
    async with opened(qapp, until) as window:
        await ready(window, until)
        for write, name, words in REFUSED:
            window.banner.dismiss()
            drop(window, write(tmp_path / name))
            await until(lambda: window.banner.notice)
            notice = window.banner.notice
            assert words in notice.text
            assert notice.text.endswith(".")
            assert "Traceback" not in notice.text
        await answered(window, until, "Are you still there?")
