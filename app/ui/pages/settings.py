"""Settings: the look, where things are kept, and what the program is made of."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QPushButton,
    QToolButton,
    QWidget,
)

from app import __version__
from app.domain.settings import Theme as ThemeChoice
from app.domain.words import marked
from app.services.paths import Paths
from app.ui.artwork import icon
from app.ui.language import tr
from app.ui.preferences import Preferences
from app.ui.servers import Servers
from app.ui.theme import GRID, Theme
from app.ui.widgets.labels import plain
from app.ui.widgets.settings_appearance import AppearanceCard
from app.ui.widgets.settings_card import SettingsCard, lay_out_cards
from app.ui.widgets.settings_chats import ChatsCard
from app.ui.widgets.settings_folders import FoldersCard
from app.ui.widgets.settings_hub import NetworkCard, TokenCard
from app.ui.widgets.settings_memory import MemoryCard
from app.ui.widgets.settings_notices import NoticesCard
from app.ui.widgets.settings_servers import ServersCard
from app.ui.widgets.settings_states import StatesCard
from app.ui.widgets.tuning_card import TuningCard

_COMPONENTS = (
    ("Qt, PySide6", "LGPL 3.0"),
    ("llama.cpp, llama-cpp-python", "MIT"),
    (marked("Inter typeface"), "SIL Open Font License 1.1"),
    (marked("JetBrains Mono typeface"), "Apache 2.0"),
    (marked("Lucide icons"), "ISC"),
)


class SettingsPage(QWidget):
    """Cards: appearance, folders, servers, token, network, where things are kept, about."""

    theme_requested = Signal(str)
    devices_requested = Signal()

    def __init__(
        self,
        paths: Paths,
        preferences: Preferences,
        servers: Servers,
        choice: ThemeChoice,
        theme: Theme,
    ) -> None:
        super().__init__()
        self.setAccessibleName(tr("Settings"))
        self._copy_buttons: dict[QToolButton, str] = {}
        self._preferences = preferences
        self._servers = servers
        self.appearance = AppearanceCard(choice, preferences.language, preferences.window_scale)
        self.notices = NoticesCard(preferences.reply_notices)
        self.chats = ChatsCard(preferences.context_policy)
        self.memory = MemoryCard(preferences.eject_after_minutes)
        self.servers = ServersCard()
        self.token = TokenCard()
        self.network = NetworkCard(is_offline=preferences.is_offline)
        self.folders = FoldersCard()
        self.states = StatesCard(
            kept=preferences.keeps_states, limit_bytes=preferences.state_limit_bytes
        )
        self.tuning = TuningCard()
        lay_out_cards(
            self,
            tr("Settings"),
            *(self.appearance, self.notices, self.chats, self.memory, self.folders, self.states),
            *(self.servers, self.token, self.network, self._devices(), self.tuning),
            *(self._folders(paths), self._about()),
        )
        self._connect()
        self.set_theme(theme)

    def _connect(self) -> None:
        preferences, folders = self._preferences, self.folders
        self.appearance.theme_requested.connect(self.theme_requested)
        self.appearance.language_requested.connect(preferences.choose_language)
        self.appearance.scale_requested.connect(preferences.choose_scale)
        self.notices.chosen.connect(preferences.choose_notices)
        self.chats.policy_requested.connect(preferences.choose_policy)
        self.memory.minutes_requested.connect(preferences.eject_after)
        self.token.save_requested.connect(preferences.save_token)
        self.token.forget_requested.connect(preferences.forget_token)
        preferences.token_told.connect(self.token.show_status)
        self.network.offline_requested.connect(preferences.go_offline)
        self.network.online_requested.connect(preferences.go_online)
        folders.move_requested.connect(preferences.move_models)
        folders.add_requested.connect(preferences.add_folder)
        folders.remove_requested.connect(preferences.remove_folder)
        preferences.folders_changed.connect(self._show_folders)
        states = self.states
        states.limit_requested.connect(preferences.keep_states)
        states.clear_requested.connect(preferences.clear_states)
        preferences.states_told.connect(states.show_usage)
        self._show_folders()
        self._connect_servers()
        preferences.read_token()

    def _connect_servers(self) -> None:
        servers, card = self._servers, self.servers
        card.save_requested.connect(servers.add)
        card.test_requested.connect(servers.test)
        card.known_test_requested.connect(servers.test_known)
        card.remove_requested.connect(servers.remove)
        servers.changed.connect(self._show_servers)
        servers.testing.connect(card.show_testing)
        servers.tested.connect(card.show_tested)
        servers.failed.connect(card.show_error)
        self._show_servers()

    @Slot()
    def _show_servers(self) -> None:
        self.servers.show_servers(self._servers.all)

    @Slot()
    def _show_folders(self) -> None:
        preferences = self._preferences
        self.folders.show_folders(str(preferences.models_folder), preferences.more_folders)

    def showEvent(self, event: QShowEvent) -> None:
        """What went out is read whenever the page comes into view."""
        super().showEvent(event)
        self.network.show_hosts(self._preferences.hosts)
        self._preferences.read_states()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        for button in self._copy_buttons:
            button.setIcon(icon("copy", theme.dim_text))

    def _devices(self) -> SettingsCard:
        card = SettingsCard(tr("Devices"))
        note = tr("Which card or processor models run on, why, and what an unused card lacks.")
        self.devices_button = QPushButton(tr("Why is my GPU not used?"))
        self.devices_button.clicked.connect(self.devices_requested)
        card.column.addWidget(plain(note, "dim"))
        card.column.addWidget(self.devices_button, 0, Qt.AlignmentFlag.AlignLeft)
        return card

    def _folders(self, paths: Paths) -> SettingsCard:
        card = SettingsCard(tr("Where things are kept"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(4 * GRID)
        grid.setVerticalSpacing(2 * GRID)
        grid.setColumnStretch(1, 1)
        places = (
            (tr("Chats"), tr("Copy the path of the chats"), paths.database),
            (tr("Settings"), tr("Copy the path of the settings"), paths.settings),
            (tr("Logs"), tr("Copy the path of the logs"), paths.logs),
        )
        for row, (name, deed, path) in enumerate(places):
            copy = QToolButton()
            copy.setProperty("kind", "quiet")
            copy.setIconSize(QSize(16, 16))
            copy.setAccessibleName(deed)
            copy.setToolTip(tr("Copy the path"))
            copy.clicked.connect(self._copy_path)
            self._copy_buttons[copy] = str(path)
            where = plain(str(path))
            where.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(plain(name, "dim"), row, 0)
            grid.addWidget(where, row, 1)
            grid.addWidget(copy, row, 2)
        card.column.addLayout(grid)
        note = tr("Chats, models and settings stay on this computer. There is no telemetry.")
        card.column.addWidget(plain(note, "dim"))
        return card

    def _about(self) -> SettingsCard:
        card = SettingsCard(tr("About"))
        card.column.addWidget(plain(f"Quantbench {__version__}, Apache License 2.0"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(6 * GRID)
        grid.setVerticalSpacing(GRID)
        grid.setColumnStretch(1, 1)
        for row, (name, licence) in enumerate(_COMPONENTS):
            label = plain(tr(name), "dim")
            label.setWordWrap(False)
            grid.addWidget(label, row, 0)
            grid.addWidget(plain(licence, "dim"), row, 1)
        card.column.addLayout(grid)
        return card

    @Slot()
    def _copy_path(self) -> None:
        sender = self.sender()
        if isinstance(sender, QToolButton):
            QGuiApplication.clipboard().setText(self._copy_buttons[sender])
