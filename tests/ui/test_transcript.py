"""The conversation as people read it: content, links, code, reasoning, selection."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QColor
from pytestqt.qtbot import QtBot

from app.domain.conversation import Attachment
from app.ui.theme import DARK, LIGHT
from app.ui.widgets.transcript import Transcript
from tests.ui.chat_text import REPLY, message
from tests.ui.conftest import point_at
from tests.ui.transcript_probe import click, find, picture, point_of, shown, stream

# Content


def test_markdown_is_shown_as_words(transcript: Transcript) -> None:
    transcript.set_messages([message(1, "assistant", REPLY)])
    words = "\n".join(shown(transcript))
    assert "**" not in words
    assert "`" not in words
    assert "Q4_K_M\t5.0 GB\t104 t/s" in words
    assert "def speed(bandwidth: float) -> float:\n    return" in words
    assert "1. tokens" in words or "tokens per second\n2. halving the bits" in words


@pytest.mark.parametrize("text", ["<b>bold</b>", "*star* `tick`", "# head", "<img src=x>"])
def test_own_messages_are_shown_as_typed(transcript: Transcript, text: str) -> None:
    transcript.set_messages([message(1, "user", text)])
    assert shown(transcript) == [text]


def test_html_in_a_reply_is_shown_as_typed(transcript: Transcript) -> None:
    transcript.set_messages([message(1, "assistant", "<b>x</b> <script>y</script>\n\n<p>z")])
    assert shown(transcript) == ["<b>x</b> <script>y</script>", "<p>z"]


def test_numbers_in_tables_are_set_to_the_right(transcript: Transcript) -> None:
    transcript.set_messages([message(1, "assistant", "|a|b|\n|-|-|\n|x|12 GB|\n|y|3 GB|\n")])
    for words, alignment in (
        ("12 GB", Qt.AlignmentFlag.AlignRight),
        ("x", Qt.AlignmentFlag.AlignLeft),
    ):
        spot, offset = find(transcript, words)
        block = transcript.flow.document(spot).findBlock(offset)
        assert block.blockFormat().alignment() == alignment


@pytest.mark.parametrize(
    "text", ["a `code` b", "- a\n  - `code` b", "|a|b|\n|-|-|\n|c|d `code`|\n"]
)
def test_code_among_words_has_its_ground_behind_it(transcript: Transcript, text: str) -> None:
    transcript.set_messages([message(1, "assistant", text)])
    spot, offset = find(transcript, "code")
    (ground,) = transcript.flow.part(spot).ornaments
    for index in (offset, offset + 3):
        on_screen = point_of(transcript, spot, index)
        within = on_screen - QPoint(transcript.column_left(), transcript.flow.part_top(spot))
        within += QPoint(0, transcript.verticalScrollBar().value())
        assert ground.rect.contains(within)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"state": "interrupted"}, "Interrupted"),
        ({"state": "interrupted", "error": "The engine died."}, "The engine died."),
        ({"finish_reason": "cancelled"}, "Stopped"),
        ({"finish_reason": "length"}, "limit"),
    ],
)
def test_a_reply_that_is_not_whole_says_so(
    transcript: Transcript, more: dict[str, str], words: str
) -> None:
    transcript.set_messages([message(1, "assistant", "a")])
    whole = picture(transcript)
    transcript.set_messages([message(1, "assistant", "a", **more)])
    note = transcript.flow.entries[0].note
    assert note is not None
    assert words in note.text
    assert note.icon
    assert picture(transcript) != whole


def test_facts_are_drawn_below_a_reply(transcript: Transcript) -> None:
    transcript.set_messages([message(1, "assistant", "a"), message(2, "assistant", "b")])
    before = picture(transcript)
    transcript.set_facts(99, "nobody's")
    assert picture(transcript) == before
    transcript.set_facts(1, "104 t/s")
    assert picture(transcript) != before


def test_a_theme_changes_colours_and_nothing_else(transcript: Transcript) -> None:
    transcript.set_messages([message(1, "assistant", REPLY)])
    height, words = transcript.flow.total(), shown(transcript)
    transcript.set_theme(LIGHT)
    assert picture(transcript).pixelColor(2, 2) == QColor(LIGHT.background)
    assert (transcript.flow.total(), shown(transcript)) == (height, words)
    transcript.set_theme(DARK)
    assert picture(transcript).pixelColor(2, 2) == QColor(DARK.background)


# Links, code, reasoning


def test_a_link_is_told_and_not_opened(transcript: Transcript, qtbot: QtBot) -> None:
    transcript.set_messages([message(1, "assistant", "Go [there](https://a.example/b?c=d) now.")])
    spot, offset = find(transcript, "there")
    with qtbot.waitSignal(transcript.link_activated) as heard:
        click(transcript, qtbot, point_of(transcript, spot, offset + 1))
    assert heard.args == ["https://a.example/b?c=d"]


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "ftp://a/b", "/etc", "//h/s"],
)
def test_other_addresses_are_no_links(transcript: Transcript, qtbot: QtBot, address: str) -> None:
    transcript.set_messages([message(1, "assistant", f"Go [there]({address}) now.")])
    spot, offset = find(transcript, "there")
    with qtbot.assertNotEmitted(transcript.link_activated):
        click(transcript, qtbot, point_of(transcript, spot, offset + 1))


def test_the_button_of_a_listing_copies_all_of_it(transcript: Transcript, qtbot: QtBot) -> None:
    code = "".join(f"line_{i} = {i}\n" for i in range(350))
    transcript.set_messages([message(1, "assistant", f"Look:\n\n```py\n{code}```\n")])
    transcript.verticalScrollBar().setValue(0)
    spot, offset = find(transcript, "line_0")
    head = point_of(transcript, spot, offset) - QPoint(0, 28)
    head.setX(transcript.column_left() + transcript.flow.column - 40)
    with qtbot.waitSignal(transcript.copied) as heard:
        click(transcript, qtbot, head)
    assert heard.args == [code]


def test_reasoning_is_folded_until_its_header_is_clicked(
    transcript: Transcript, qtbot: QtBot
) -> None:
    transcript.set_messages([message(1, "assistant", "<think>\nhidden\n</think>\nopen")])
    assert shown(transcript) == ["open"]
    top = transcript.flow.top(0)
    header = QPoint(transcript.column_left() + 40, top + 10)
    click(transcript, qtbot, header)
    assert shown(transcript) == ["hidden", "open"]
    click(transcript, qtbot, header)
    assert shown(transcript) == ["open"]


def test_reasoning_unfolds_while_it_streams(transcript: Transcript, qtbot: QtBot) -> None:
    stream(transcript, qtbot, "<think>\nfirst thought")
    assert shown(transcript) == []
    qtbot.keyClick(transcript, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(transcript, Qt.Key.Key_Return)
    assert shown(transcript) == ["first thought"]
    transcript.append_text(" goes on")
    qtbot.waitUntil(lambda: shown(transcript) == ["first thought goes on"])


# Selection


def test_a_drag_selects_across_messages(transcript: Transcript, qtbot: QtBot) -> None:
    transcript.set_messages(
        [message(1, "user", "alpha beta"), message(2, "assistant", "gamma **delta** end")]
    )
    start = point_of(transcript, *find(transcript, "beta", 0))
    end = point_of(transcript, *find(transcript, " end", 1))
    view = transcript.viewport()
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(view, pos=end)
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)
    assert transcript.selection.text() == "beta\n\ngamma delta"


# Screen readers


def test_screen_readers_hear_messages(transcript: Transcript, qtbot: QtBot) -> None:
    transcript.set_messages(
        [message(1, "user", "<b>why</b>"), message(2, "assistant", "since", state="interrupted")]
    )
    transcript.set_facts(2, "104 t/s")
    interface = QAccessible.queryAccessibleInterface(transcript)
    assert interface.role() == QAccessible.Role.List
    assert interface.text(QAccessible.Text.Name) == "Conversation"
    items = [interface.child(index) for index in range(interface.childCount())]
    assert [item.role() for item in items] == [QAccessible.Role.ListItem] * 2
    names = [item.text(QAccessible.Text.Name) for item in items]
    assert names == ["You: <b>why</b>", "Reply: since"]
    assert "Interrupted" in items[1].text(QAccessible.Text.Description)
    assert "104 t/s" in items[1].text(QAccessible.Text.Description)
    place = items[1].rect().center()
    assert interface.childAt(place.x(), place.y()).text(QAccessible.Text.Name) == names[1]
    stream(transcript, qtbot, "a new reply", number=3)
    assert interface.childCount() == 3


def test_the_conversation_shows_that_the_keys_came_to_it(transcript: Transcript) -> None:
    transcript.set_messages([message(1, "user", "q"), message(2, "assistant", REPLY)])
    transcript.clearFocus()
    without = picture(transcript)
    transcript.setFocus(Qt.FocusReason.TabFocusReason)
    assert picture(transcript) != without
    transcript.clearFocus()
    assert picture(transcript) == without
    transcript.setFocus(Qt.FocusReason.MouseFocusReason)
    assert picture(transcript) == without


def test_the_top_of_an_own_message_belongs_to_it(transcript: Transcript, qtbot: QtBot) -> None:
    files = (Attachment(name="a.txt", kind="text", size_bytes=1, text="x"),)
    own = message(1, "user", "word\n" * 60, attachments=files)
    transcript.set_messages([own, message(2, "assistant", REPLY * 3)])
    flow, top = transcript.flow, transcript.flow.top(0)
    assert flow.entries[0].inset > 20, "here are its files"
    for y in range(top, top + flow.entries[0].inset):
        assert flow.spot_at(y) == (0, 0)
    bar = transcript.verticalScrollBar()
    bar.setValue(top + 2)
    transcript.set_zoom(1.2)
    assert transcript.zoom == 1.2
    point_at(transcript.viewport(), QPoint(400, 4))
    assert transcript.pointed == 0
    click(transcript, qtbot, QPoint(400, 4))
