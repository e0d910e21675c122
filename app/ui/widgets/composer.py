"""Where a message is written: one rounded card with the text, the send button and the reason
why sending is not possible."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.ui.artwork import body_font, icon, secondary_font
from app.ui.language import tr
from app.ui.theme import DARK, GRID, RADIUS, Theme
from app.ui.widgets.attachment_tray import AttachmentTray
from app.ui.widgets.composer_edit import ComposerEdit

_BUTTON = 8 * GRID


class Composer(QWidget):
    """`send_requested(text)` leaves the draft where it is: call `clear` once it was taken.

    `stop_requested()` asks to end the reply that runs.
    """

    send_requested = Signal(str)
    attach_requested = Signal()
    # Pasted or dropped, and no text: a QMimeData.
    offered = Signal(object)
    stop_requested = Signal()
    edited = Signal()
    # Up in an empty draft: what was asked last is wanted back.
    recall_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = DARK
        self._running = False
        self._reason = ""
        self._edit = ComposerEdit(self)
        self._edit.setFont(body_font())
        self._edit.setPlaceholderText(tr("Message the model"))
        self._edit.setAccessibleName(tr("Message"))
        self._edit.setAccessibleDescription(tr("Enter sends, Shift+Enter begins a line"))
        self._edit.submitted.connect(self._submit)
        self._edit.escaped.connect(self._stop)
        self._edit.recalled.connect(self.recall_requested)
        self._edit.offered.connect(self.offered)
        self._edit.textChanged.connect(self._update_button)
        self._edit.textChanged.connect(self.edited)
        self._edit.installEventFilter(self)
        self.tray = AttachmentTray(self)
        self.tray.changed.connect(self._update_button)
        self._attach = self._make_button()
        self._attach.setProperty("kind", "quiet")
        self._attach.setAccessibleName(tr("Attach files"))
        self._attach.setToolTip(tr("Attach text, PDF or code files, or pictures"))
        self._attach.clicked.connect(self.attach_requested)
        self._button = self._make_button()
        self._button.clicked.connect(self._press_button)
        self._reason_label = QLabel(self)
        self._reason_label.setTextFormat(Qt.TextFormat.PlainText)
        self._reason_label.setFont(secondary_font())
        self._reason_label.setWordWrap(True)
        self._reason_label.hide()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.setFocusProxy(self._edit)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self._lay_out()
        self.set_theme(DARK)

    def _make_button(self) -> QToolButton:
        button = QToolButton(self)
        button.setFixedSize(_BUTTON, _BUTTON)
        button.setIconSize(QSize(16, 16))
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        return button

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(2 * GRID)
        row.addWidget(self._attach, 0, Qt.AlignmentFlag.AlignBottom)
        row.addWidget(self._edit, 1, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._button, 0, Qt.AlignmentFlag.AlignBottom)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        column.addWidget(self.tray)
        column.addLayout(row)
        column.addWidget(self._reason_label)

    # What is in it

    def text(self) -> str:
        """The draft."""
        return self._edit.text()

    @Slot(str)
    def set_text(self, text: str) -> None:
        """Replace the draft."""
        self._edit.set_text(text)

    @Slot()
    def clear(self) -> None:
        """Begin an empty draft."""
        self._edit.set_text("")

    def set_running(self, *, running: bool) -> None:
        """While a reply runs, the button stops it, and Enter does not send."""
        self._running = running
        self._update_button()

    @Slot(str)
    def set_blocked_reason(self, reason: str) -> None:
        """Say why sending is not possible now; an empty reason makes it possible.

        The draft can be written meanwhile.
        """
        self._reason = reason
        self._reason_label.setText(reason)
        self._reason_label.setVisible(bool(reason))
        self._update_button()

    # Asking

    @Slot()
    def _submit(self) -> None:
        if not self._running and self._is_ready():
            self.send_requested.emit(self._edit.text())

    def _is_ready(self) -> bool:
        is_empty = self._edit.is_blank() and not self.tray.attachments
        return not (self._reason or self.tray.is_reading or is_empty)

    @Slot()
    def _stop(self) -> None:
        if self._running:
            self.stop_requested.emit()

    @Slot()
    def _press_button(self) -> None:
        if self._running:
            self._stop()
        else:
            self._submit()
        self._edit.setFocus()

    # Look

    def set_theme(self, theme: Theme) -> None:
        """Draw with other colours."""
        self._theme = theme
        self._edit.setStyleSheet(
            f"QPlainTextEdit {{ background: transparent; color: {theme.text}; border: none;"
            f" placeholder-text-color: {theme.dim_text};"
            f" selection-background-color: {theme.selection}; selection-color: {theme.text}; }}"
        )
        self._button.setStyleSheet(
            f"QToolButton {{ background: {theme.button}; border: 1px solid {theme.button};"
            f" border-radius: {RADIUS}px; padding: 0; }}"
            f" QToolButton:hover {{ background: {theme.button_hover}; }}"
            f" QToolButton:focus {{ border: 1px solid {theme.text}; }}"
            f" QToolButton:disabled {{ background: {theme.hover}; border-color: {theme.hover}; }}"
        )
        self._reason_label.setStyleSheet(f"color: {theme.dim_text};")
        self._attach.setIcon(icon("paperclip", theme.dim_text))
        self.tray.set_theme(theme)
        self._update_button()
        self.update()

    @Slot()
    def _update_button(self) -> None:
        ready = self._running or self._is_ready()
        name = tr("Stop") if self._running else tr("Send")
        hint = tr("Stop (Esc)") if self._running else tr("Send (Enter)")
        colour = self._theme.button_text if ready else self._theme.dim_text
        self._button.setIcon(icon("square" if self._running else "arrow-up", colour))
        self._button.setEnabled(ready)
        self._button.setAccessibleName(name)
        self._button.setToolTip(hint)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in {QEvent.Type.FocusIn, QEvent.Type.FocusOut}:
            self.update()
        return super().eventFilter(watched, event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click anywhere on the card goes to the text."""
        self._edit.setFocus()
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focused = self._edit.hasFocus()
        painter.setPen(QPen(QColor(self._theme.accent if focused else self._theme.edge), 1))
        painter.setBrush(QColor(self._theme.card))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 12, 12)
        painter.end()
