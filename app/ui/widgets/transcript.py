"""The conversation as people read it: messages, the reply that streams in, and copying."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, QTimer, Slot
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAction,
    QContextMenuEvent,
    QMouseEvent,
)
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from app.domain.conversation import Message
from app.ui.artwork import icon
from app.ui.theme import DARK, GRID, Theme
from app.ui.widgets.transcript_accessible import TranscriptInterface, install
from app.ui.widgets.transcript_entry import FOOTER, Entry
from app.ui.widgets.transcript_view import TranscriptView

# A reply is drawn at most 30 times a second.
_FRAME_MS = 33
_ANNOUNCED_CHARACTERS = 600
_BUTTON = 7 * GRID


class Transcript(TranscriptView):
    """Messages below one another; replies are Markdown, own messages are shown as typed.

    `link_activated(address)` asks for an http or https page: nothing is opened by itself.
    `copied(text)` tells what went to the clipboard.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._interface: TranscriptInterface | None = None
        install()
        self._arrived: list[str] = []
        self._reply: Entry | None = None
        self._hovered: int | None = None
        self._menu_entry: int | None = None
        self._frame_timer = QTimer(self, interval=_FRAME_MS, singleShot=True)
        self._frame_timer.timeout.connect(self._draw_arrived)
        self._copy_button = self._make_button("Copy message")
        self._copy_button.clicked.connect(self._copy_message)
        self._copy_button.installEventFilter(self)
        self._jump_button = self._make_button("Jump to latest")
        self._jump_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._jump_button.setText("Jump to latest")
        self._jump_button.clicked.connect(self._jump)
        self.setAccessibleName(self.tr("Conversation"))
        self.set_theme(DARK)

    def _make_button(self, name: str) -> QToolButton:
        button = QToolButton(self.viewport())
        button.setAccessibleName(name)
        button.setToolTip(name)
        button.setIconSize(QSize(16, 16))
        button.setCursor(Qt.CursorShape.PointingHandCursor)
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
        if messages and messages[-1].state == "streaming":
            self._reply = self.flow.entries[-1]
        self.follow_end()

    def add_message(self, message: Message) -> None:
        """Show one more message at the end."""
        self.flow.add(Entry(message))
        self.follow_end()

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
        self.flow.touch()
        self.relayout()
        self._announce(message.text[:_ANNOUNCED_CHARACTERS] or self.tr("Empty reply"))

    def set_facts(self, message_id: int, text: str) -> None:
        """Show a dim line under a reply."""
        entry = self._entry_of(message_id)
        if entry is not None:
            entry.facts = text
            self.viewport().update()

    @Slot()
    def clear(self) -> None:
        """Show nothing."""
        self.set_messages([])

    @Slot()
    def _draw_arrived(self) -> None:
        text = "".join(self._arrived)
        self._arrived.clear()
        if self._reply is not None and text:
            self._reply.append(text)
            self.flow.touch()
            self.relayout()

    def _stop_reply(self) -> None:
        self._frame_timer.stop()
        self._arrived.clear()
        self._reply = None

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
        self._copy_button.setIcon(icon("copy", theme.dim_text))
        self._jump_button.setIcon(icon("arrow-down", theme.text))
        common = f"color: {theme.text}; border-radius: 8px;"
        self._copy_button.setStyleSheet(
            f"QToolButton {{ {common} background: transparent; border: 1px solid transparent;"
            f" padding: 0; }} QToolButton:hover {{ background: {theme.hover}; }}"
            f" QToolButton:focus {{ border: 1px solid {theme.accent}; }}"
        )
        self._jump_button.setStyleSheet(
            f"QToolButton {{ {common} background: {theme.card}; border: 1px solid {theme.edge};"
            f" padding: 5px 12px; }} QToolButton:hover {{ background: {theme.hover}; }}"
            f" QToolButton:focus {{ border: 1px solid {theme.accent}; }}"
        )
        super().set_theme(theme)

    def view_changed(self) -> None:
        self._place_jump_button()
        self._place_copy_button()

    def _place_jump_button(self) -> None:
        button, view = self._jump_button, self.viewport()
        bar = self.verticalScrollBar()
        away = not self.following and bar.value() < bar.maximum() - _BUTTON
        button.setVisible(away)
        if away:
            button.adjustSize()
            button.move(
                (view.width() - button.width()) // 2, view.height() - button.height() - 3 * GRID
            )

    def _place_copy_button(self) -> None:
        """Beside the message that the keys or the pointer are on."""
        number = self.highlights.current if self._hovered is None else self._hovered
        if number is None or number >= len(self.flow.entries):
            self._copy_button.hide()
            return
        entry = self.flow.entries[number]
        top = self.flow.top(number) - self.verticalScrollBar().value()
        column = self.flow.column
        if entry.is_own:
            x = column - entry.bubble_width(column) - _BUTTON - GRID
            y = top + (min(entry.height, 2 * _BUTTON) - _BUTTON) // 2
        else:
            x, y = column - _BUTTON, top + entry.height - FOOTER
        self._copy_button.setGeometry(self.column_left() + x, y, _BUTTON, _BUTTON)
        self._copy_button.show()

    @Slot()
    def _jump(self) -> None:
        self.follow_end()
        self.setFocus()

    @Slot()
    def _copy_message(self) -> None:
        number = self.highlights.current if self._hovered is None else self._hovered
        if number is not None:
            self.copy_text(self.flow.entries[number].text)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        y = event.position().toPoint().y() + self.verticalScrollBar().value()
        self._hovered = None
        if self.flow.entries:
            number = self.flow.visible_entries(y, y)[0]
            if y < self.flow.top(number) + self.flow.entries[number].height:
                self._hovered = number
        self._place_copy_button()

    def leaveEvent(self, event: QEvent) -> None:
        point = self.viewport().mapFromGlobal(self.cursor().pos())
        if not self.viewport().rect().contains(point):
            self._hovered = None
            self._place_copy_button()
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
        self._add(menu, self.tr("Copy"), enabled=chosen).triggered.connect(self.copy_selection)
        copy = self._add(menu, self.tr("Copy message"), enabled=self._menu_entry is not None)
        copy.triggered.connect(self._copy_menu_entry)
        menu.addSeparator()
        everything = self._add(menu, self.tr("Select all"), enabled=bool(self.flow.entries))
        everything.triggered.connect(self.select_all)
        return menu

    def _add(self, menu: QMenu, text: str, *, enabled: bool) -> QAction:
        action = menu.addAction(text)
        action.setEnabled(enabled)
        return action

    @Slot()
    def _copy_menu_entry(self) -> None:
        if self._menu_entry is not None:
            self.copy_text(self.flow.entries[self._menu_entry].text)
