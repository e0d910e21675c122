"""The conversation as people read it: messages, the reply that streams in, and copying."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAction,
    QContextMenuEvent,
    QMouseEvent,
)
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from app.domain.conversation import Message
from app.ui.artwork import icon, load_chat_fonts
from app.ui.language import tr
from app.ui.theme import DARK, GRID, Theme
from app.ui.widgets.message_actions import (
    ACTIONS,
    BUTTON,
    Action,
    MessageActions,
    MessageRequest,
    actions_of,
)
from app.ui.widgets.transcript_accessible import TranscriptInterface, install
from app.ui.widgets.transcript_entry import FOOTER, Entry
from app.ui.widgets.transcript_flow import Spot
from app.ui.widgets.transcript_search import SearchableTranscript

# A reply is drawn at most 30 times a second.
_FRAME_MS = 33
_ANNOUNCED_CHARACTERS = 600


class Transcript(SearchableTranscript):
    """Messages below one another; replies are Markdown, own messages are shown as typed.

    `link_activated(address)` asks for an http or https page: nothing is opened by itself.
    `copied(text)` tells what went to the clipboard. `requested` carries a `MessageRequest`.
    """

    requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        load_chat_fonts()
        super().__init__(parent)
        self._interface: TranscriptInterface | None = None
        install()
        self._arrived: list[str] = []
        self._reply: Entry | None = None
        self._hovered: int | None = None
        self._menu_entry: int | None = None
        self._left_out: frozenset[int] = frozenset()
        self._frame_timer = QTimer(self, interval=_FRAME_MS, singleShot=True)
        self._frame_timer.timeout.connect(self._draw_arrived)
        self.action_row = MessageActions(self.viewport())
        self.action_row.requested.connect(self._carry_out)
        self._jump_button = self._make_jump_button()
        self.setAccessibleName(tr("Conversation"))
        self.set_theme(DARK)

    def _make_jump_button(self) -> QToolButton:
        button = QToolButton(self.viewport())
        button.setText(tr("Jump to latest"))
        button.setAccessibleName(button.text())
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.clicked.connect(self._jump)
        button.hide()
        return button

    # Content

    @Slot(list)
    def set_messages(self, messages: list[Message]) -> None:
        """Show a conversation, at its end."""
        self._stop_reply()
        self.selection.clear()
        self.highlights.current = self.highlights.copied_code = self._hovered = None
        self.flow.set_entries([Entry(message) for message in messages])
        self._grey()
        if messages and messages[-1].state == "streaming":
            self._reply = self.flow.entries[-1]
        self.follow_end()
        self.finder.restart()

    def add_message(self, message: Message) -> None:
        """Show one more message at the end."""
        self.flow.add(Entry(message))
        self.follow_end()
        self.finder.text_changed(len(self.flow.entries) - 1)

    def begin_reply(self, message: Message) -> None:
        """Show a reply that `append_text` will lengthen; its text so far may be empty."""
        self.add_message(message)
        self._reply = self.flow.entries[-1]

    @Slot(str)
    def append_text(self, text: str) -> None:
        """Lengthen the reply; it is drawn with the next frame."""
        self._arrived.append(text)
        if not self._frame_timer.isActive():
            self._frame_timer.start()

    @Slot(Message)
    def finish_reply(self, message: Message) -> None:
        """Show the reply as it is stored, and tell screen readers."""
        self._draw_arrived()
        entry = self._reply or self._entry_of(message.id)
        self._stop_reply()
        if entry is None:
            return
        entry.update(message)
        self._touch(entry)
        self.relayout()
        self._announce(message.text[:_ANNOUNCED_CHARACTERS] or tr("Empty reply"))

    def set_facts(self, message_id: int, text: str) -> None:
        """Show a dim line under a reply."""
        entry = self._entry_of(message_id)
        if entry is not None:
            entry.facts = text
            self.viewport().update()

    def messages(self) -> list[Message]:
        """The messages of the chat; summaries are none."""
        return [each.message for each in self.flow.entries if each.message.id > 0]

    def replace_message(self, message: Message) -> None:
        """Show a message as it is now, such as pinned."""
        entry = self._entry_of(message.id)
        if entry is not None:
            entry.message = message
            self._touch(entry)
            self._place_actions()
            self.viewport().update()

    def set_left_out(self, ids: frozenset[int]) -> None:
        """Grey the messages that would not be sent."""
        if ids != self._left_out:
            self._left_out = ids
            self._grey()

    def _grey(self) -> None:
        for entry in self.flow.entries:
            entry.is_left_out = entry.message.id in self._left_out
        self.viewport().update()

    def reveal(self, message_id: int) -> None:
        """Scroll to a message and mark it."""
        for number, entry in enumerate(self.flow.entries):
            if entry.message.id == message_id:
                self._set_current(number)
                self.verticalScrollBar().setValue(self.flow.top(number) - 3 * GRID)

    @Slot()
    def clear(self) -> None:
        """Show nothing."""
        self.set_messages([])

    @Slot()
    def _draw_arrived(self) -> None:
        text = "".join(self._arrived)
        self._arrived.clear()
        if self._reply is not None and text:
            number = self.flow.entries.index(self._reply)
            first = self._reply.append(text)
            self.flow.touch(number)
            self.relayout(Spot(number, first))
            self.finder.text_changed(number)

    def _stop_reply(self) -> None:
        self._frame_timer.stop()
        self._arrived.clear()
        self._reply = None

    def _touch(self, entry: Entry) -> None:
        self.flow.touch(self.flow.entries.index(entry))

    def _entry_of(self, message_id: int) -> Entry | None:
        for entry in reversed(self.flow.entries):
            if entry.message.id == message_id:
                return entry
        return None

    def accessible_interface(self) -> TranscriptInterface:
        """What screen readers see: a list of messages."""
        if self._interface is None:
            self._interface = TranscriptInterface(self)
        return self._interface

    def _announce(self, text: str) -> None:
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

    # Look

    def set_theme(self, theme: Theme) -> None:
        """Draw with other colours."""
        self.action_row.set_theme(theme)
        self._jump_button.setIcon(icon("arrow-down", theme.text))
        self._jump_button.setStyleSheet(
            f"QToolButton {{ color: {theme.text}; background: {theme.card};"
            f" border: 1px solid {theme.edge}; border-radius: 8px;"
            f" padding: 5px 12px; }} QToolButton:hover {{ background: {theme.hover}; }}"
            f" QToolButton:focus {{ border: 1px solid {theme.accent}; }}"
        )
        super().set_theme(theme)

    def view_changed(self) -> None:
        super().view_changed()
        self._place_jump_button()
        self._place_actions()

    def _place_jump_button(self) -> None:
        button, view = self._jump_button, self.viewport()
        bar = self.verticalScrollBar()
        away = not self.following and bar.value() < bar.maximum() - BUTTON
        button.setVisible(away)
        if away:
            button.adjustSize()
            button.move(
                (view.width() - button.width()) // 2, view.height() - button.height() - 3 * GRID
            )

    @property
    def pointed(self) -> int | None:
        """The entry that the pointer is on, else the one that the keys are on."""
        number = self.highlights.current if self._hovered is None else self._hovered
        return number if number is not None and number < len(self.flow.entries) else None

    def _place_actions(self) -> None:
        """Below a reply; below an own message with versions, else beside it."""
        number = self.pointed
        if number != self.highlights.pointed:
            self.highlights.pointed = number
            self.viewport().update()
        if number is None:
            self.action_row.hide()
            return
        entry = self.flow.entries[number]
        message = entry.message
        self.action_row.show_for(message, self.actions_at(number))
        column, width = self.flow.column, self.action_row.width()
        top = self.flow.top(number) - self.verticalScrollBar().value()
        x, y = column - width, top + entry.height - FOOTER
        if entry.is_own and not message.versions:
            x -= entry.bubble_width(column) + GRID
            y = top + (min(entry.height, 2 * BUTTON) - BUTTON) // 2
        self.action_row.move(self.column_left() + x, y)
        self.action_row.show()

    def actions_at(self, number: int) -> list[Action]:
        """What can be done with the message of an entry now."""
        is_last = number == len(self.flow.entries) - 1
        message = self.flow.entries[number].message
        return actions_of(message, is_last=is_last, is_busy=self._reply is not None)

    def request(self, action: Action, number: int) -> bool:
        """Ask for an action, if it can be done with the message of an entry."""
        possible = action in self.actions_at(number)
        if possible:
            self._carry_out(MessageRequest(action, self.flow.entries[number].message))
        return possible

    @Slot(object)
    def _carry_out(self, request: MessageRequest) -> None:
        if request.action == "copy":
            self.copy_text(request.message.text)
        else:
            self.requested.emit(request)

    @Slot()
    def _jump(self) -> None:
        self.follow_end()
        self.setFocus()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        y = event.position().toPoint().y() + self.verticalScrollBar().value()
        self._hovered = None
        if self.flow.entries:
            number = self.flow.visible_entries(y, y)[0]
            if y < self.flow.top(number) + self.flow.entries[number].height:
                self._hovered = number
        self._place_actions()

    def leaveEvent(self, event: QEvent) -> None:
        point = self.viewport().mapFromGlobal(self.cursor().pos())
        if not self.viewport().rect().contains(point):
            self._hovered = None
            self._place_actions()
        super().leaveEvent(event)

    # Menu

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        point = event.pos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            point = QPoint(self.viewport().width() // 2, self.viewport().height() // 2)
            self._menu_entry = self.highlights.current
        else:
            place = self.place_at(point)
            self._menu_entry = place.entry if place is not None else None
        menu = self.make_menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.viewport().mapToGlobal(point))

    def make_menu(self) -> QMenu:
        """What can be done with the text: copy the selection, a message, or select all."""
        menu = QMenu(self)
        chosen = self.selection.bounds is not None
        self._add(menu, tr("Copy"), enabled=chosen).triggered.connect(self.copy_selection)
        if self._menu_entry is not None:
            self._add_actions(menu, self.actions_at(self._menu_entry))
        menu.addSeparator()
        everything = self._add(menu, tr("Select all"), enabled=bool(self.flow.entries))
        everything.triggered.connect(self.select_all)
        return menu

    def _add(self, menu: QMenu, text: str, *, enabled: bool) -> QAction:
        action = menu.addAction(text)
        action.setEnabled(enabled)
        return action

    def _add_actions(self, menu: QMenu, actions: list[Action]) -> None:
        for action in actions:
            _, words, keys = ACTIONS[action]
            added = self._add(menu, tr(words), enabled=True)
            added.setData(action)
            if action != "copy":  # which copies the selection while there is one
                added.setShortcut(keys)
            added.triggered.connect(self._act_from_menu)

    @Slot()
    def _act_from_menu(self) -> None:
        sender = self.sender()
        if isinstance(sender, QAction) and self._menu_entry is not None:
            self.request(sender.data(), self._menu_entry)
