"""The list of shortcuts names every key that does something, and nothing that does not."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractButton

from app.ui.shell import Shell
from app.ui.widgets.message_actions import ACTIONS
from app.ui.widgets.shortcut_sheet import GROUPS

# Other names of keys that are in the list: the key pad, and the shifted sign of a key.
SAME = {"Ctrl+Enter": "Ctrl+Return", "Ctrl++": "Ctrl+="}
# Understood by the widget that has the keyboard, and tried where that widget is tested.
OF_WIDGETS = {"Return", "Shift+Return", "Up", "Ctrl+Up", "Ctrl+Down", "Ctrl+C"}


def names(sequences: list[QKeySequence]) -> set[str]:
    texts = (each.toString(QKeySequence.SequenceFormat.PortableText) for each in sequences)
    return {SAME.get(text, text) for text in texts if text}


async def test_the_list_holds_every_key(open_shell: Callable[..., Shell]) -> None:
    shell = open_shell()
    for page in ("models", "discover", "downloads", "engines", "settings", "chat"):
        shell.window.show_page(page)
    window = shell.window
    working = {keys for _, _, keys in ACTIONS.values()}
    for shortcut in window.findChildren(QShortcut):
        working |= names(shortcut.keys())
    for action in window.findChildren(QAction):
        if not action.objectName().startswith("_q_"):  # Qt's own, of the menus of text fields
            working |= names(action.shortcuts())
    for button in window.findChildren(QAbstractButton):
        working |= names([button.shortcut()])
    # Alt and a letter is written under the words of what it belongs to.
    working = {keys for keys in working if not (keys.startswith("Alt+") and len(keys) == 5)}
    listed = [keys for _, group in GROUPS for keys, _ in group]
    assert len(listed) == len(set(listed))
    assert working - set(listed) == set()
    assert set(listed) - working - OF_WIDGETS == set()
