"""Settings of the chats that are kept ready on disk."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.domain.units import file_text
from app.ui.pages.settings import SettingsPage
from app.ui.shell import Shell
from tests.fakes.window_services import WindowServices
from tests.ui.conftest import Until


async def test_states_are_told_cleared_bounded_and_switched_off(
    open_shell: Callable[..., Shell], services: WindowServices, until: Until
) -> None:
    folder = services.paths.cache / "states" / "model"
    folder.mkdir(parents=True)
    state = folder / "3-300-aa.kv"
    state.write_bytes(b"x" * 3_000_000)
    shell = open_shell()
    shell.window.show_page("settings")
    page = shell.window.stack.currentWidget()
    assert isinstance(page, SettingsPage)
    card = page.states
    told = f"1 state is kept; clearing frees {file_text(3 * 10**6)}."
    await until(lambda: card.usage.text() == told)
    card.clear_button.click()
    await until(lambda: card.usage.text() == "Nothing is kept now.")
    assert not state.exists()
    assert not card.clear_button.isEnabled()
    card.limit.setValue(2)
    await until(lambda: services.settings.current.state_limit_bytes == 2 * 10**9)
    state.write_bytes(b"x")
    QTest.keyClick(card.kept, Qt.Key.Key_Space)
    assert not card.limit.isEnabled()
    # As soon as it is said it holds, whatever the window does then.
    await shell.workspace.close()
    assert not services.settings.current.keep_states
    assert not state.exists()
