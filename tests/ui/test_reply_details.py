"""All that is known of a reply, in the real window: its measurements, and what the model saw."""

from __future__ import annotations

import math

import pytest
from msgspec import structs
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.domain.chances import PromptToken, TokenChance
from app.domain.conversation import Message, ReplyOrigin
from app.domain.engine import Sampling
from app.domain.reply_facts import reply_facts
from app.ui.theme import DARK, LIGHT
from app.ui.widgets.prompt_view import PromptView, token_text
from app.ui.widgets.reply_details import ReplyDetails
from tests.fakes.timings import timings
from tests.fakes.window_services import WindowServices, local_model
from tests.ui.chat_text import message
from tests.ui.conftest import OpenShell, Until

TIMINGS = timings(
    elapsed_ms=5_230.0,
    prompt_tokens=1_200,
    cached_tokens=1_000,
    evaluated_tokens=200,
    completion_tokens=321,
    ttft_ms=412.0,
    prefill_tps=485.0,
    decode_tps=62.5,
    context_used_tokens=1_521,
    context_tokens=8_192,
    peak_rss_bytes=3 * 2**30,
)
ORIGIN = ReplyOrigin(
    model_name="Llama 3",
    quantization="Q4_K_M",
    engine_name="llama.cpp",
    engine_version="1.2",
    device="CPU",
    sampling=Sampling(temperature=0.2, top_k=10, dry_multiplier=0.8),
    seed=4711,
    max_tokens=400,
)
TOKENS = (
    PromptToken(token_id=1, text="<|im_start|>", is_control=True),
    PromptToken(token_id=2, text="user\nHello", logprob=math.log(0.5)),
    PromptToken(
        token_id=3,
        text=" you",
        is_reply=True,
        logprob=math.log(0.01),
        alternatives=(TokenChance(4, " there", math.log(0.9)), TokenChance(3, " you", -4.6)),
    ),
)


def reply(**more: object) -> Message:
    return message(2, "assistant", "text", timings=TIMINGS, origins=(ORIGIN,), **more)


def test_every_measurement_has_its_words() -> None:
    facts = dict(reply_facts(reply(finish_reason="stop")))
    assert facts == {
        "Model": "Llama 3",
        "Quantization": "Q4_K_M",
        "Engine": "llama.cpp 1.2 on CPU",
        "Time to first token": "412 ms",
        "Prompt": "1,200 tokens, 1,000 of them reused",
        "Prefill": "200 tokens at 485 tokens/s",
        "Reply": "321 tokens at 62 tokens/s",
        "Took": "5.23 s",
        "Ended": "The model ended it.",
        "Peak memory": "3.00 GiB",
        "Context": "1,521 of 8,192 tokens used",
        "Seed": "4711",
        "Reply limit": "400 tokens",
        "Sampling": "Temperature 0.2, Top-k 10, DRY strength 0.8",
    }


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"finish_reason": "length"}, "The limit of 321 tokens was reached."),
        ({"finish_reason": "cancelled"}, "You stopped it."),
        ({"state": "interrupted", "error": "It died."}, "It was interrupted. It died."),
        ({"state": "interrupted"}, "It was interrupted."),
        ({"state": "streaming"}, "It is being written."),
    ],
)
def test_how_a_reply_ended_is_told_in_words(more: dict[str, str], words: str) -> None:
    assert dict(reply_facts(reply(**more)))["Ended"] == words


def test_a_reply_of_which_nothing_is_known_has_no_empty_lines() -> None:
    facts = reply_facts(message(1, "assistant", "a", finish_reason="stop"))
    assert facts == [("Ended", "The model ended it.")]


def test_two_models_that_wrote_a_reply_are_both_named() -> None:
    other = ReplyOrigin(model_name="Qwen")
    both = message(1, "assistant", "a", origins=(ORIGIN, other), finish_reason="stop")
    assert dict(reply_facts(both))["Model"] == "Llama 3, then Qwen"


# What the model saw


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_tokens_are_shown_exactly_and_told_at_the_cursor(qtbot: QtBot, theme: object) -> None:
    view = PromptView()
    qtbot.addWidget(view)
    view.set_theme(theme)
    view.show_tokens(TOKENS)
    assert view.text() == "<|im_start|>user\nHello you"
    assert view.toPlainText() == view.text()
    with qtbot.waitSignal(view.token_chosen) as heard:
        view.moveCursor(QTextCursor.MoveOperation.End)
    assert heard.args == ["“ you”, token 3: 1 %. Instead of it: “ there” 90 %."]
    assert token_text(TOKENS[0]) == "“<|im_start|>”, token 1"
    hardly = structs.replace(TOKENS[-1], logprob=-20.0)
    assert token_text(hardly).startswith("“ you”, token 3: < 0.01 %. ")


def test_a_prompt_of_one_line_does_not_freeze_the_window(qtbot: QtBot) -> None:
    view = PromptView()
    qtbot.addWidget(view)
    view.resize(700, 500)
    view.show()
    view.show_tokens([PromptToken(token_id=1, text="xxxx\u202e\0") for _ in range(50_000)])
    assert view.document().blockCount() > 100
    longest = max(
        view.document().findBlockByNumber(number).length()
        for number in range(view.document().blockCount())
    )
    assert longest < 2_000


async def test_the_window_tells_about_a_reply(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    services.library.listed = [local_model("scripted", source="starter")]
    shell = open_shell()
    await until(lambda: shell.workspace.loading.session is not None)
    page = shell.window.chat_page
    page.composer.send_requested.emit("Hello")
    await until(lambda: bool(page.transcript.flow.entries) and not shell.workspace.turns.running)
    page.transcript.setFocus()
    QTest.keyClick(page.transcript, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)
    (details,) = shell.window.findChildren(ReplyDetails)
    assert "The model ended it." in labels(details)
    details.tabs.setCurrentIndex(1)
    # The scripted engine is not of this computer, and says so.
    await until(lambda: any("does not tell what it makes" in words for words in labels(details)))
    details.close()


def labels(widget: QWidget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel)]
