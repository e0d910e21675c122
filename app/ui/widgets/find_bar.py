"""The line to find words in a chat: what, how many, the next and the one before."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QToolButton, QWidget

from app.domain.units import count_text
from app.ui.artwork import icon, secondary_font
from app.ui.language import tr
from app.ui.theme import GRID, Theme
from app.ui.widgets.transcript_find import FindState


class FindBar(QFrame):
    """`searched(words)` as they are typed; `stepped(1)` and `stepped(-1)`; `closed()` by Esc."""

    searched = Signal(str)
    stepped = Signal(int)
    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("kind", "card")
        self.setAccessibleName(tr("Find in this chat"))
        self._edit = QLineEdit()
        self._edit.setPlaceholderText(tr("Find in this chat"))
        self._edit.setAccessibleName(tr("Words to find"))
        self._edit.setFixedWidth(220)
        self._edit.textChanged.connect(self.searched)
        self._edit.installEventFilter(self)
        self._count = QLabel()
        self._count.setFont(secondary_font())
        self._count.setProperty("tone", "dim")
        self._count.setMinimumWidth(80)
        self._count.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._previous = self._button(tr("Previous (Shift+Enter)"))
        self._previous.clicked.connect(self._step_back)
        self._next = self._button(tr("Next (Enter)"))
        self._next.clicked.connect(self._step_on)
        self._close = self._button(tr("Close (Esc)"))
        self._close.clicked.connect(self.closed)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        row.setSpacing(GRID)
        for widget in (self._edit, self._count, self._previous, self._next, self._close):
            row.addWidget(widget)
        self.hide()

    def _button(self, name: str) -> QToolButton:
        button = QToolButton()
        button.setProperty("kind", "quiet")
        button.setAccessibleName(name.partition(" (")[0])
        button.setToolTip(name)
        button.setIconSize(QSize(16, 16))
        return button

    def begin(self, words: str) -> None:
        """Show the line, with `words` in it if there are any, ready to be typed over."""
        self.show()
        self.raise_()
        if words and words != self._edit.text():
            self._edit.setText(words)
        else:
            self.searched.emit(self._edit.text())
        self._edit.setFocus()
        self._edit.selectAll()

    @Slot(object)
    def show_state(self, state: FindState) -> None:
        """Tell how many were found."""
        more = "" if state.done else "…"
        if not self._edit.text().strip():
            words = ""
        elif state.total:
            words = tr("{place} of {total}").format(
                place=count_text(state.present), total=count_text(state.total)
            )
            words += more
        else:
            words = tr("Searching…") if more else tr("Not found")
        self._count.setText(words)
        for button in (self._previous, self._next):
            button.setEnabled(state.total > 0)

    @Slot()
    def _step_on(self) -> None:
        self.stepped.emit(1)

    @Slot()
    def _step_back(self) -> None:
        self.stepped.emit(-1)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        escapes = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
        if escapes and event.type() == QEvent.Type.ShortcutOverride:
            # While words are typed here, Escape closes the line and stops no reply.
            event.accept()
            return True
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
                back = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
                self.stepped.emit(-1 if back else 1)
                return True
            if escapes:
                self.closed.emit()
                return True
        return super().eventFilter(watched, event)

    def set_theme(self, theme: Theme) -> None:
        """Draw with other colours."""
        self._previous.setIcon(icon("chevron-up", theme.text))
        self._next.setIcon(icon("chevron-down", theme.text))
        self._close.setIcon(icon("x", theme.text))
