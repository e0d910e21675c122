"""Why is my GPU not used? Each device and card, whether models run on it, why, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Final, Literal, Protocol

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.domain.errors import AppError
from app.domain.hardware import DeviceFinding
from app.domain.words import marked
from app.services.engine_host import Machine
from app.ui.artwork import body_font, heading_font, icon
from app.ui.language import tr
from app.ui.tasks import Tasks
from app.ui.theme import GRID, Theme
from app.ui.widgets.labels import plain

_State = Literal["used", "usable", "unusable"]
_WORDS: Final[dict[_State, str]] = {
    "used": marked("Used"),
    "usable": marked("Usable, not chosen"),
    "unusable": marked("Not usable"),
}
_ICONS: Final[dict[_State, str]] = {
    "used": "circle-check",
    "usable": "info",
    "unusable": "triangle-alert",
}


TryMlx = Callable[[], Coroutine[Any, Any, DeviceFinding]]


class Host(Protocol):
    """What the report needs of the engine host."""

    async def machine(self) -> Machine: ...

    async def look_again(self) -> Machine: ...


def _selectable(text: str, tone: str = "") -> QLabel:
    label = plain(text, tone)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def report_text(machine: Machine, mlx: DeviceFinding | None = None) -> str:
    """The report for a clipboard, as `quantbench doctor` says it."""
    status = machine.status
    lines = [f"{status.name} {status.version or ''}: {status.reason}"]
    lines += [
        f"{_WORDS[each.state]}: {each.name}. {each.reason} {each.next_step}".strip()
        for each in (*machine.findings, *((mlx,) if mlx is not None else ()))
    ]
    return "\n".join(lines)


class FindingCard(QFrame):
    """One device: icon and word, name, reason, next step."""

    def __init__(self, finding: DeviceFinding, theme: Theme) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        colours = {"used": theme.good, "usable": theme.dim_text, "unusable": theme.warn}
        symbol = QLabel()
        symbol.setPixmap(icon(_ICONS[finding.state], colours[finding.state]).pixmap(16, 16))
        symbol.setFixedSize(QSize(16, 18))
        name = _selectable(finding.name)
        name.setFont(body_font(strong=True))
        word = _selectable(tr(_WORDS[finding.state]), "dim")
        word.setWordWrap(False)
        grid = QGridLayout(self)
        grid.setContentsMargins(4 * GRID, 3 * GRID, 4 * GRID, 3 * GRID)
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(GRID)
        grid.setColumnStretch(1, 1)
        grid.addWidget(symbol, 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(name, 0, 1)
        grid.addWidget(word, 0, 2, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(_selectable(finding.reason), 1, 1, 1, 2)
        if finding.next_step:
            step = tr("Next: {next_step}").format(next_step=finding.next_step)
            grid.addWidget(_selectable(step, "dim"), 2, 1, 1, 2)
        texts = (tr(_WORDS[finding.state]), finding.name, finding.reason, finding.next_step)
        self.setAccessibleName(". ".join(text.rstrip(".") for text in texts if text))


class DeviceReport(QDialog):
    """Reads what the first look at this machine found; looks again when asked."""

    def __init__(
        self, host: Host, try_mlx: TryMlx, tasks: Tasks, theme: Theme, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Why is my GPU not used?"))
        self.resize(QSize(150 * GRID, 120 * GRID))
        self._host = host
        self._tasks = tasks
        self._theme = theme
        self._machine: Machine | None = None
        self._try_mlx = try_mlx
        self._mlx: DeviceFinding | None = None
        self.cards: list[FindingCard] = []
        self.engine = _selectable("", "dim")
        self.again_button = QPushButton(tr("Look again"))
        self.copy_button = QPushButton(tr("Copy the report"))
        self.close_button = QPushButton(tr("Close"))
        self._lay_out()
        self.again_button.clicked.connect(self._look_again)
        self.copy_button.clicked.connect(self._copy)
        self.close_button.clicked.connect(self.accept)
        self._wait()
        tasks.run(host.machine(), done=self._show, failed=self._fail)
        tasks.run(try_mlx(), done=self._show_mlx, failed=self._fail)

    def _lay_out(self) -> None:
        title = QLabel(tr("What models run on, and why"))
        title.setFont(heading_font())
        inner = QWidget()
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 0, 2 * GRID, 0)
        self._column.setSpacing(2 * GRID)
        self._column.addStretch(1)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setWidget(inner)
        scroll.setAccessibleName(tr("Devices of this computer"))
        buttons = QHBoxLayout()
        buttons.setSpacing(2 * GRID)
        buttons.addWidget(self.again_button)
        buttons.addWidget(self.copy_button)
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(6 * GRID, 5 * GRID, 6 * GRID, 5 * GRID)
        column.setSpacing(3 * GRID)
        column.addWidget(title)
        column.addWidget(self.engine)
        column.addWidget(scroll, 1)
        column.addLayout(buttons)

    def _wait(self) -> None:
        self.engine.setText(tr("Looking at this computer…"))
        self.again_button.setEnabled(False)
        self.copy_button.setEnabled(False)

    @Slot(object)
    def _show(self, machine: Machine) -> None:
        self._machine = machine
        status = machine.status
        name = f"{status.name} {status.version}" if status.version else status.name
        self.engine.setText(f"{name}. {status.reason}")
        self._list()
        self.again_button.setEnabled(True)
        self.copy_button.setEnabled(True)

    @Slot(object)
    def _show_mlx(self, finding: DeviceFinding) -> None:
        self._mlx = finding
        if self._machine is not None:
            self._list()

    def _list(self) -> None:
        """A card for each finding, MLX's last."""
        for card in self.cards:
            card.deleteLater()
        found = self._machine.findings if self._machine is not None else ()
        found += (self._mlx,) if self._mlx is not None else ()
        self.cards = [FindingCard(each, self._theme) for each in found]
        for place, card in enumerate(self.cards):
            self._column.insertWidget(place, card)

    @Slot(object)
    def _fail(self, error: AppError) -> None:
        self.engine.setText(error.said())
        self.again_button.setEnabled(True)

    @Slot()
    def _look_again(self) -> None:
        self._wait()
        self._mlx = None
        self._tasks.run(self._host.look_again(), done=self._show, failed=self._fail)
        self._tasks.run(self._try_mlx(), done=self._show_mlx, failed=self._fail)

    @Slot()
    def _copy(self) -> None:
        if self._machine is not None:
            QGuiApplication.clipboard().setText(report_text(self._machine, self._mlx))
