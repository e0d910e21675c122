"""The window's language: its files hold every text of the sources, finished, and are compiled."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, QSettings
from PySide6.QtWidgets import QApplication, QDialogButtonBox

from app.domain.errors import EngineMissingError, MemoryShortError
from app.domain.settings import LanguageChoice
from app.domain.units import ago_text, count_text, file_text, file_words, memory_text, memory_words
from app.domain.words import sentence
from app.ui.application import make_window, use_scale
from app.ui.language import language_for, speak, tr, with_keys
from app.ui.main_window import LANGUAGE_KEY, SCALE_KEY
from backends.protocol import failed, raised
from tests import languages

PLACEHOLDER = re.compile(r"\{\w*(?::[^{}]*)?\}|%L?n")
MARKS = ("tr", "marked", "said")


def marked_calls(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in MARKS:
            yield node


def run_at_import(tree: ast.Module) -> Iterator[ast.Call]:
    """Calls of `tr` and `said` outside all functions: there is no translation yet when they run."""
    inside = {
        id(call)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for each in ([node.body] if isinstance(node, ast.Lambda) else node.body)
        for call in marked_calls(each)
    }
    for call in marked_calls(tree):
        if getattr(call.func, "id", "") in ("tr", "said") and id(call) not in inside:
            yield call


def test_a_call_at_import_is_seen() -> None:
    sample = (
        'A = tr("a")\nclass B:\n    c = tr("c")\n    def d(self, e=tr("e")):\n        tr("f")\n'
        '    async def g(self):\n        tr("h")\n'
    )
    found = [call.args[0].value for call in run_at_import(ast.parse(sample))]
    assert sorted(found) == ["a", "c", "e"]


def test_no_text_is_translated_while_modules_are_imported() -> None:
    early = [
        f"{path}:{call.lineno}"
        for path, tree in languages.sources()
        for call in run_at_import(tree)
    ]
    assert early == []


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files as lupdate and lrelease write them now."""
    folder = tmp_path_factory.mktemp("languages")
    for file in languages.FOLDER.glob("*.ts"):
        (folder / file.name).write_bytes(file.read_bytes())
    languages.extract(folder)
    languages.compile_files(folder)
    return folder


def test_the_files_hold_what_the_sources_say(fresh: Path) -> None:
    for file in languages.FOLDER.glob("*.ts"):
        known, now = (
            {(each.source, each.note, each.is_plural) for each in languages.messages(where)}
            for where in (file, fresh / file.name)
        )
        assert known == now, "run: uv run python -m tests.languages"


def test_the_compiled_files_are_up_to_date(fresh: Path) -> None:
    names = sorted(file.name for file in fresh.glob("*.qm"))
    assert names == ["quantbench_de.qm", "quantbench_en.qm"]
    for name in names:
        compiled = (languages.FOLDER / name).read_bytes()
        assert compiled == (fresh / name).read_bytes(), "run: uv run python -m tests.languages"


def test_the_extractor_sees_every_text_that_is_marked() -> None:
    known = {each.source for each in languages.messages(languages.FOLDER / "quantbench_de.ts")}
    texts = {
        argument.value
        for _, tree in languages.sources()
        for call in marked_calls(tree)
        if isinstance(argument := call.args[0], ast.Constant)
    }
    texts.update(languages.sentence_texts())
    assert texts == known
    # What is put together before it is marked can be in no file.
    made = [
        f"{path}:{call.lineno}"
        for path, tree in languages.sources()
        for call in marked_calls(tree)
        if isinstance(call.args[0], ast.JoinedStr | ast.BinOp)
    ]
    made += [
        f"{path}:{call.lineno}"
        for path, tree in languages.sources()
        for call in languages.sentences(tree)
        if isinstance(call.args[0], ast.JoinedStr | ast.BinOp)
    ]
    assert made == []


@pytest.mark.parametrize("file", sorted(languages.FOLDER.glob("*.ts")), ids=lambda file: file.stem)
def test_every_text_is_translated_with_the_same_placeholders(file: Path) -> None:
    for message in languages.messages(file):
        assert message.is_finished, message
        wanted = sorted(PLACEHOLDER.findall(message.source))
        for text in message.translations:
            assert text.strip(), message
            assert text[:1].isspace() == message.source[:1].isspace(), message
            assert text[-1:].isspace() == message.source[-1:].isspace(), message
            assert sorted(PLACEHOLDER.findall(text)) == wanted, message


@pytest.mark.parametrize(
    ("choice", "system", "expected"),
    [
        ("system", ["de-Latn-AT", "de-AT", "de", "en-US"], "de"),
        ("system", ["fr-FR", "fr", "de-DE", "de"], "de"),
        ("system", ["en-Latn-GB", "en"], "en"),
        ("system", ["ja-JP", "ja"], "en"),
        ("system", ["den", "eng"], "en"),
        ("system", [], "en"),
        ("de", ["en"], "de"),
        ("en", ["de"], "en"),
    ],
)
def test_the_system_is_asked_only_when_it_shall_be(
    choice: LanguageChoice, system: list[str], expected: str
) -> None:
    assert language_for(choice, system) == expected


def test_errors_are_said_in_german_and_stay_english_for_terminal_and_log(
    qapp: QApplication,
) -> None:
    speak(qapp, "de")
    error = EngineMissingError("The engine's process cannot be started: {cause}.", cause="x")
    refused = MemoryShortError(
        "The engine ran out of memory {activity}. Choose a smaller context, KV type q8_0, or a "
        "smaller quantization, or close other programs.",
        activity=sentence("while it loaded {name}", name="{x}"),
    )
    crossed = raised(failed(1, refused))
    assert str(crossed) == str(refused)
    assert str(crossed).startswith("The engine ran out of memory while it loaded {x}.")
    assert crossed.said().startswith("Der Engine ging der Speicher aus, während sie {x} lud.")
    assert error.said() == str(error), "no file knows this one"


@pytest.mark.parametrize("size", [999, 1500, 98e6, 1.5 * 2**30, 8 * 2**30, 21.4 * 2**30])
def test_sizes_that_another_process_tells_are_written_as_those_of_this_one(
    qapp: QApplication, size: float
) -> None:
    refused = MemoryShortError("{needed}, {free}", needed=memory_words(size), free=file_words(size))
    crossed = raised(failed(1, refused))
    for language in ("de", "en"):
        speak(qapp, language)
        assert crossed.said() == f"{memory_text(size)}, {file_text(size)}"
    assert str(crossed) == crossed.said()


def test_german_is_spoken_by_the_window_and_by_qt_and_english_again(qapp: QApplication) -> None:
    speak(qapp, "de")
    assert tr("New chat") == "Neuer Chat"
    assert with_keys(tr("New chat"), "Ctrl+N") == "Neuer Chat (Strg+N)"
    assert with_keys(tr("Continue the reply"), "Ctrl+Return").endswith(" (Strg+Enter)")
    assert tr("Downloads, %Ln unfinished", "", 1234).startswith("Downloads, 1.234 ")
    assert QLocale().toString(1.5, "f", 1) == "1,5"
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    assert box.button(QDialogButtonBox.StandardButton.Cancel).text() == "Abbrechen"
    box.deleteLater()
    assert memory_text(1.32 * 2**30) == "1,32 GiB"
    assert count_text(1234567) == "1.234.567"
    assert ago_text(7200) == "vor 2 h"
    speak(qapp, "en")
    assert (memory_text(1.32 * 2**30), count_text(1234567)) == ("1.32 GiB", "1,234,567")
    assert ago_text(7200) == "2 h ago"
    assert tr("New chat") == "New chat"
    assert tr("Downloads, %Ln unfinished", "", 1234) == "Downloads, 1,234 unfinished"
    assert tr("No file knows this.") == "No file knows this."


@pytest.mark.parametrize(
    ("kept", "label"), [("de", "Neuer Chat"), ("en", "New chat"), ("xx", "New chat")]
)
def test_the_window_is_painted_in_the_language_that_was_chosen(
    qapp: QApplication, home: Path, kept: str, label: str
) -> None:
    QSettings(str(home / "window.ini"), QSettings.Format.IniFormat).setValue(LANGUAGE_KEY, kept)
    window = make_window(qapp, home)
    assert window.sidebar._new_chat.accessibleName() == label
    window.deleteLater()


async def test_a_language_chosen_in_the_settings_is_there_at_the_next_start(
    open_shell, until, services, qapp: QApplication
) -> None:
    shell = open_shell()
    shell.window.show_page("settings")
    card = shell.window.stack.currentWidget().appearance
    assert card.languages.buttons["system"].isChecked()
    assert not card.note.isVisible()
    card.languages.buttons["de"].click()
    assert card.note.isVisible()
    await until(lambda: services.settings.current.language == "de")
    again = make_window(qapp, services.paths.home)
    assert again.sidebar._new_chat.accessibleName() == "Neuer Chat"
    again.deleteLater()


@pytest.mark.parametrize(
    ("kept", "before", "after"),
    [
        (None, {}, {}),
        ("1", {}, {}),
        ("1.3", {}, {"QT_SCALE_FACTOR": "1.3"}),
        ("1.3", {"QT_SCALE_FACTOR": "2"}, {"QT_SCALE_FACTOR": "2"}),
        ("900", {}, {}),
        ("nan", {}, {}),
        ("large", {}, {}),
    ],
)
def test_everything_is_drawn_as_large_as_it_was_chosen(
    home: Path, kept: str | None, before: dict[str, str], after: dict[str, str]
) -> None:
    if kept is not None:
        QSettings(str(home / "window.ini"), QSettings.Format.IniFormat).setValue(SCALE_KEY, kept)
    use_scale(home, before)
    assert before == after
