"""The options of a chat in the real window: set, asked with, kept, and saved as presets."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QInputDialog, QLabel

from app.domain.reply_options import DEFAULT
from app.ui.shell import Shell
from app.ui.widgets.options_panel import OptionsPanel
from tests.fakes.window_services import WindowServices, local_model
from tests.ui.conftest import OpenShell, Until


@pytest.fixture(autouse=True)
def one_model(services: WindowServices) -> None:
    services.library.listed = [local_model("starter-model", source="starter")]


async def opened(open_shell: OpenShell, until: Until) -> tuple[Shell, OptionsPanel]:
    shell = open_shell()
    await until(lambda: shell.workspace.loading.session is not None)
    page = shell.window.chat_page
    keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(page, Qt.Key.Key_O, keys)
    await until(lambda: page.options is not None)
    assert page.options is not None
    return shell, page.options


async def ask(shell: Shell, until: Until, text: str) -> None:
    editor = shell.window.chat_page.composer.focusProxy()
    QTest.keyClicks(editor, text)
    QTest.keyClick(editor, Qt.Key.Key_Return)
    await until(lambda: shell.workspace.turns.running)
    await until(lambda: not shell.workspace.turns.running)


async def test_what_is_set_is_asked_with_and_kept_with_the_chat(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    shell, panel = await opened(open_shell, until)
    assert panel.system.hasFocus()
    QTest.keyClicks(panel.system, "Be brief.")
    panel.rows["temperature"].field.setValue(0.0)
    panel.limit.setValue(7)
    panel.seed.setValue(3)
    panel.stop.setPlainText("END\n\n###")
    await ask(shell, until, "one")
    (request,) = services.engine.sessions[-1].requests
    assert request.messages[0].content == "Be brief."
    assert (request.sampling.temperature, request.sampling.seed) == (0.0, 3)
    assert (request.max_tokens, request.stop) == (7, ("END", "###"))

    shell.window.new_chat()
    assert panel.system.toPlainText() == ""
    assert panel.rows["temperature"].field.value() == pytest.approx(0.7)
    (chat,) = await services.store.conversations()
    shell.workspace.conversations.open(chat.id)
    await until(lambda: panel.system.toPlainText() == "Be brief.")
    assert panel.limit.value() == 7
    assert panel.stop.toPlainText() == "END\n###"
    QTest.mouseClick(panel.rows["temperature"].reset_button, Qt.MouseButton.LeftButton)
    await ask(shell, until, "two")
    assert services.engine.sessions[-1].requests[-1].sampling.temperature == pytest.approx(0.7)
    assert await services.store.options(chat.id) == shell.workspace.reply_choice.options


async def test_what_is_changed_just_before_the_window_closes_is_kept(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    shell, panel = await opened(open_shell, until)
    await ask(shell, until, "one")
    (chat,) = await services.store.conversations()
    panel.limit.setValue(7)
    panel.binding.kind.setCurrentIndex(1)
    panel.binding.text.setPlainText('{"type": "string"}')
    shell.window.chat_page.transcript.set_zoom(1.5)
    shell.workspace.conversations.rename(chat.id, "Renamed")
    shell.window.chat_page.transcript.request("pin", 0)
    shell.window.close()
    await shell.workspace.close()
    await services.store.open()
    kept = await services.store.options(chat.id)
    assert kept is not None
    assert (kept.max_tokens, kept.json_schema) == (7, '{"type": "string"}')
    assert services.settings.current.chat_zoom == 1.5
    assert [each.title for each in await services.store.conversations()] == ["Renamed"]
    assert [each.pinned for each in await services.store.messages(chat.id)] == [True, False]
    await services.store.close()


async def test_a_schema_that_is_none_is_told_and_not_passed_on(
    open_shell: OpenShell, until: Until
) -> None:
    shell, panel = await opened(open_shell, until)
    choice = shell.workspace.reply_choice
    panel.binding.kind.setCurrentIndex(1)
    panel.binding.text.setPlainText('{"type": "string"}')
    await until(lambda: choice.options.json_schema == '{"type": "string"}')
    assert panel.binding.verdict.text() == (
        "No fault was found in this schema. The engine checks it with the next question."
    )
    panel.binding.text.setPlainText('{"type": ')
    await until(lambda: "not JSON" in panel.binding.verdict.text())
    assert panel.binding.verdict.text().endswith("replies follow what was right before.")
    assert choice.options.json_schema == '{"type": "string"}'
    panel.binding.kind.setCurrentIndex(2)
    assert choice.options.json_schema is None
    panel.binding.text.setPlainText("answer ::= [0-9]+")
    await until(lambda: "a rule named root" in panel.binding.verdict.text())
    assert panel.binding.verdict.text().endswith("replies are free.")
    assert choice.options.grammar is None


async def test_presets_are_saved_renamed_set_for_the_model_and_deleted(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    shell, panel = await opened(open_shell, until)
    bar, settings = panel.presets, services.settings
    assert bar.list.currentText() == DEFAULT.name
    panel.system.setPlainText("You are a pirate.")
    assert bar.list.currentText() == "Own options"
    bar._save.trigger()
    name_it("Pirate")
    await until(lambda: bar.list.currentText() == "Pirate")
    assert [each.name for each in settings.current.presets] == ["Pirate"]

    bar._for_model.trigger()
    await until(lambda: settings.current.model_presets)
    shell.window.new_chat()
    assert panel.system.toPlainText() == "You are a pirate."

    bar._rename.trigger()
    name_it("Buccaneer")
    await until(lambda: bar.list.currentText() == "Buccaneer")
    assert set(settings.current.model_presets.values()) == {"Buccaneer"}

    bar._delete.trigger()
    await until(lambda: bar.list.currentText() == "Own options")
    assert settings.current.presets == ()
    assert settings.current.model_presets == {}
    bar.list.setCurrentText("Precise")
    bar.list.activated.emit(bar.list.currentIndex())
    assert panel.rows["temperature"].field.value() == pytest.approx(0.2)
    assert panel.system.toPlainText() == ""


def name_it(name: str) -> None:
    """Give the name that is asked for."""
    (dialog,) = (
        each
        for window in QApplication.topLevelWidgets()
        for each in window.findChildren(QInputDialog)
        if each.isVisible()
    )
    dialog.setTextValue(name)
    dialog.accept()


async def test_labels_are_level_with_their_fields(open_shell: OpenShell, until: Until) -> None:
    _, panel = await opened(open_shell, until)
    await until(lambda: panel.limit.isVisible() and panel.limit.height() > 0)
    labels = {each.buddy(): each for each in panel.findChildren(QLabel) if each.buddy()}
    for field in (panel.limit, panel.seed):
        middle = labels[field].geometry().center().y()
        assert abs(middle - field.geometry().center().y()) <= 1
