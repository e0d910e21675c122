"""The banner: what stays until it is dismissed, and what goes by itself."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF
from PySide6.QtGui import QCursor, QEnterEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ui.errors import Banner, Notice
from app.ui.theme import DARK


@pytest.fixture
def banner(qtbot: QtBot) -> Banner:
    made = Banner(DARK)
    qtbot.addWidget(made)
    made._leaving.setInterval(1)
    made.move(QCursor.pos() + QPoint(50, 50))  # the pointer would keep it
    return made


def test_good_news_goes_by_itself(banner: Banner, qtbot: QtBot) -> None:
    with qtbot.waitSignal(banner.dismissed):
        banner.show_notice(Notice("1 chat was exported."))
        assert banner.isVisible()
    assert not banner.isVisible()


@pytest.mark.parametrize(
    "notice",
    [Notice("It failed.", "bad"), Notice("Look.", "warn"), Notice("Gone.", "info", "reload")],
)
def test_what_asks_for_something_stays(banner: Banner, notice: Notice) -> None:
    banner.show_notice(Notice("Good news."))
    banner.show_notice(notice)
    assert not banner._leaving.isActive()


def test_it_stays_while_the_pointer_is_on_it(banner: Banner, qtbot: QtBot) -> None:
    banner.show_notice(Notice("Good news."))
    QApplication.sendEvent(banner, QEnterEvent(QPointF(), QPointF(), QPointF()))
    assert not banner._leaving.isActive()
    with qtbot.waitSignal(banner.dismissed):
        QApplication.sendEvent(banner, QEvent(QEvent.Type.Leave))
