"""The context in the real window: counted while one writes, greyed before it is left out, asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QColor
from PySide6.QtTest import QTest

from app.domain.context_look import ContextLook
from app.domain.context_plan import reply_reserve
from app.domain.engine import Sampling
from app.domain.load_options import LoadOptions
from app.domain.reply_options import ReplyOptions
from app.services.conversation_store import ConversationStore
from app.ui.loaded_models import LoadRequest
from app.ui.pages.chat import ChatPage
from app.ui.shell import Shell
from tests.fakes.saved_chats import answered
from tests.fakes.scripted_engine import CountingScriptedSession
from tests.fakes.window_services import WindowServices, local_model
from tests.ui.conftest import Until
from tests.ui.transcript_probe import picture

OpenShell = Callable[..., Shell]
CONTEXT, TURNS = 200, 4
# A message has 2 marks; there is 1 before them all.
QUESTION, ANSWER = "tell me " + "more " * 18, "here it is " + "words " * 17
TURN_TOKENS = (2 + 20) + (2 + 21)
RESERVE = reply_reserve(None, CONTEXT)


async def opened(open_shell: OpenShell, services: WindowServices, until: Until) -> Shell:
    """A chat that fits exactly, with a model that counts."""
    services.library.listed = [local_model("scripted", source="starter")]
    services.engine.script.counts = True
    services.engine.script.context_tokens = CONTEXT
    store = ConversationStore(services.paths.database)
    await store.open()
    chat = await store.create()
    for number in range(TURNS):
        await answered(store, chat.id, f"{QUESTION}", f"{ANSWER}{number}")
    await store.close()
    shell = open_shell()
    await until(lambda: shell.workspace.loading.session is not None)
    shell.workspace.conversations.open(chat.id)
    page = shell.window.chat_page
    await until(lambda: page.context.look is not None and page.transcript.flow.entries)
    await until(lambda: look(page).history_tokens > 0)
    return shell


def look(page: ChatPage):
    found = page.context.look
    assert found is not None
    return found


def is_told(page: ChatPage, services: WindowServices) -> bool:
    """Whether the bar shows what the engine says that it was sent."""
    shown = look(page)
    return shown.system_tokens + shown.history_tokens == services.engine.script.prompt_tokens


class Looks:
    """What the bar shows each time when it is told to note it."""

    def __init__(self, page: ChatPage) -> None:
        self._page = page
        self.seen: list[ContextLook] = []

    def note(self, _: object) -> None:
        self.seen.append(look(self._page))


def grey(page: ChatPage) -> list[bool]:
    return [entry.is_left_out for entry in page.transcript.flow.entries]


def write(page: ChatPage, text: str) -> None:
    edit = page.composer.focusProxy()
    assert edit is not None
    QTest.keyClicks(edit, text)


def press_enter(page: ChatPage) -> None:
    edit = page.composer.focusProxy()
    assert edit is not None
    QTest.keyClick(edit, Qt.Key.Key_Return)


def session(services: WindowServices) -> CountingScriptedSession:
    found = services.engine.sessions[-1]
    assert isinstance(found, CountingScriptedSession)
    return found


async def test_the_bar_follows_what_is_written(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    shell = await opened(open_shell, services, until)
    page = shell.window.chat_page
    before = look(page)
    assert before.history_tokens == TURNS * TURN_TOKENS
    counted = len(session(services).counted)
    write(page, "one two three")
    await until(lambda: look(page).draft_tokens == 2 + 3)
    assert "one two three" in session(services).counted
    assert len(session(services).counted) - counted < 10, "it waits for a pause in the typing"
    named = page.context_bar.accessibleName()
    assert f"History {before.history_tokens}" in named
    assert f"Reply {RESERVE}" in named
    options = ReplyOptions(system="You know it all.", sampling=Sampling(), max_tokens=20)
    shell.workspace.reply_choice.set(options)
    await until(lambda: look(page).system_tokens > before.system_tokens)
    assert look(page).reserve_tokens == 20


async def test_a_policy_greys_what_will_not_be_sent_and_pins_stay(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    shell = await opened(open_shell, services, until)
    page = shell.window.chat_page
    assert not any(grey(page))
    assert "Sending asks you what to do" in page.context_bar.sentence.text()
    page.transcript.verticalScrollBar().setValue(0)
    bright = picture(page.transcript)
    (oldest,) = [each for each in page.context_bar.menu.actions() if "oldest turns" in each.text()
                 and each.data() == "drop_oldest"]  # fmt: skip
    oldest.trigger()
    await until(lambda: any(grey(page)))
    assert grey(page) == [True, True] + [False] * (2 * TURNS - 2)
    assert "2 messages" in page.context_bar.sentence.text()
    dim = picture(page.transcript)
    lightest = [max(QColor(image.pixel(x, y)).lightness() for x in range(0, image.width(), 2)
                    for y in range(60)) for image in (bright, dim)]  # fmt: skip
    assert lightest[1] < lightest[0]
    assert page.transcript.request("pin", 0)
    await until(lambda: grey(page)[:3] == [False, True, True])
    (first,) = [each for each in await services.store.messages(1) if each.pinned]
    assert first.id == page.transcript.flow.entries[0].message.id
    item = page.transcript.accessible_interface().child(1)
    assert "Left out of the next prompt." in item.text(QAccessible.Text.Description)
    write(page, "and now")
    press_enter(page)
    await until(lambda: session(services).requests and not shell.workspace.turns.running)
    said = " ".join(each.content for each in session(services).requests[-1].messages)
    assert f"{ANSWER}0" not in said
    assert f"{ANSWER}{TURNS - 1}" in said
    kept = await services.store.options(1)
    assert kept is not None
    assert kept.context_policy == "drop_oldest"


async def test_sending_asks_shows_what_goes_and_sends_as_chosen(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    shell = await opened(open_shell, services, until)
    page = shell.window.chat_page
    question = page.context_question
    write(page, "and now")
    press_enter(page)
    await until(question.isVisible)
    assert "What shall be left out?" in question.accessibleName()
    assert page.composer.text() == "and now"
    assert not session(services).requests
    assert not question.send_button.isEnabled()
    question.choices["keep_ends"].click()
    await until(question.send_button.isEnabled)
    assert grey(page)[:4] == [False, False, True, True]
    shell.window._escape()
    await until(lambda: not any(grey(page)))
    assert not question.isVisible()
    press_enter(page)
    await until(question.isVisible)
    question.choices["summarize"].click()
    await until(question.send_button.isEnabled)
    question.send_button.click()
    await until(lambda: len(session(services).requests) > 1 and not shell.workspace.turns.running)
    assert not question.isVisible()
    await until(lambda: any(each.message.id < 0 for each in page.transcript.flow.entries))
    (summary,) = [each for each in page.transcript.flow.entries if each.message.id < 0]
    assert services.engine.script.text in summary.text
    assert "Summary of the" in summary.text
    said = [each.content for each in session(services).requests[-1].messages]
    assert said[0].startswith("Summary of the earlier part of this chat:")
    assert page.composer.text() == ""


async def test_what_was_asked_is_history_while_its_reply_comes(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    shell = await opened(open_shell, services, until)
    page = shell.window.chat_page
    options = ReplyOptions(sampling=Sampling(), max_tokens=4)
    shell.workspace.reply_choice.set(options)
    await until(lambda: look(page).reserve_tokens == 4)
    write(page, "one two three")
    await until(lambda: look(page).draft_tokens > 0)
    written = look(page)
    sent = Looks(page)
    shell.workspace.turns.reply_started.connect(sent.note)
    press_enter(page)
    await until(lambda: sent.seen)
    assert sent.seen[0].draft_tokens == 0
    assert sent.seen[0].history_tokens == written.history_tokens + written.draft_tokens
    await until(lambda: not shell.workspace.turns.running and not page.context.is_behind)


async def test_what_was_not_counted_before_it_was_sent_is_told_by_the_engine(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    """As with a text that is pasted and sent at once, and when another chat was shown meanwhile."""
    shell = await opened(open_shell, services, until)
    page, conversations = shell.window.chat_page, shell.workspace.conversations
    long_chat, gate = conversations.current_id, asyncio.Event()
    services.engine.script.token_gates[2] = gate
    conversations.open(None)
    await until(lambda: look(page).history_tokens == 0 and not page.context.is_behind)
    page.composer.set_text("one two three")
    press_enter(page)
    await until(lambda: is_told(page, services))
    short_chat = conversations.current_id
    conversations.open(long_chat)
    await until(lambda: look(page).history_tokens == TURNS * TURN_TOKENS)
    conversations.open(short_chat)
    await until(lambda: is_told(page, services))
    gate.set()
    await until(lambda: not shell.workspace.turns.running and not page.context.is_behind)
    assert look(page).history_tokens > 0


async def test_a_first_question_that_does_not_fit_stays_a_draft_and_makes_no_chat(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    services.library.listed = [local_model("scripted", source="starter")]
    services.engine.script.counts = True
    services.engine.script.context_tokens = CONTEXT
    shell = open_shell()
    page = shell.window.chat_page
    await until(lambda: shell.workspace.loading.session is not None)
    options = ReplyOptions(system="You know it all.", max_tokens=RESERVE)
    shell.workspace.reply_choice.set(options)
    banner = shell.window.banner
    far_too_long, too_long = "word " * (CONTEXT + 1), "word " * (CONTEXT - RESERVE)
    page.composer.set_text(far_too_long)
    press_enter(page)
    await until(lambda: session(services).counted and not shell.workspace.turns.running)
    await until(lambda: "this does not fit" in page.context_bar.sentence.text())
    assert banner.notice is None, "it is told once, where the message is written"
    assert page.composer.text() == far_too_long
    page.composer.set_text(too_long)
    press_enter(page)
    await until(page.context_question.isVisible)
    assert not page.context_question.choices["drop_oldest"].isVisible(), "there are no turns yet"
    assert await services.store.conversations() == []
    page.composer.set_text("word")
    page.context_question.as_is_button.click()
    await until(lambda: session(services).requests and not shell.workspace.turns.running)
    assert banner.notice is None, "the question was answered"
    (chat,) = await services.store.conversations()
    assert chat.id == shell.workspace.conversations.current_id
    assert await services.store.options(chat.id) == options
    assert page.composer.text() == await services.store.draft(None) == ""


async def test_a_reply_that_filled_the_context_goes_on_when_room_is_made(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    shell = await opened(open_shell, services, until)
    page = shell.window.chat_page
    cut = page.transcript.flow.entries[-1].message
    ended = msgspec.structs.replace(cut, finish_reason="length", versions=())
    await services.store.finish_reply(ended)
    shell.workspace.conversations.open(None)
    shell.workspace.conversations.open(1)
    await until(lambda: len(page.transcript.flow.entries) == 2 * TURNS)
    assert page.transcript.request("continue", 2 * TURNS - 1)
    await until(page.context_question.isVisible)
    page.context_question.choices["drop_oldest"].click()
    await until(page.context_question.send_button.isEnabled)
    page.context_question.send_button.click()
    await until(lambda: session(services).requests and not shell.workspace.turns.running)
    (request,) = session(services).requests
    assert request.continue_reply
    assert request.messages[-1].content == cut.text
    assert len(request.messages) == 2 * TURNS - 2
    await until(lambda: page.transcript.messages()[-1].text.startswith(f"{cut.text}The quick"))


async def test_what_a_full_context_pushes_out_in_mid_reply_is_grey_and_told(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    shell = await opened(open_shell, services, until)
    page, script = shell.window.chat_page, services.engine.script
    shell.workspace.reply_choice.set(ReplyOptions(max_tokens=5))
    await until(lambda: look(page).free_tokens > 0)
    assert not page.context_bar.sentence.isVisible()
    options = LoadOptions(rotate_when_full=True)
    shell.workspace.loading.load_with(LoadRequest(services.library.listed[0], options))
    await until(page.context_bar.sentence.isVisible)
    assert "the oldest tokens of the chat are forgotten" in page.context_bar.sentence.text()
    shell.workspace.reply_choice.set(ReplyOptions(max_tokens=9))
    await until(lambda: look(page).reserve_tokens == 9)
    # The first question has 22 tokens, the first answer 23, and one is before them all.
    script.prompt_tokens, script.text = CONTEXT - 5, "word " * 9
    script.token_gates = {8: asyncio.Event()}
    script.context_tokens = CONTEXT - 22
    write(page, "and now")
    press_enter(page)
    await until(lambda: any(grey(page)))
    assert grey(page) == [True] + [False] * (2 * TURNS + 1)
    told = page.context_bar.sentence.text
    await until(lambda: "24 of the oldest tokens are forgotten" in told())
    script.token_gates[8].set()
    await until(lambda: not shell.workspace.turns.running)
    assert "25 of the oldest tokens forgotten" in page.transcript.flow.entries[-1].facts
    await until(lambda: not any(grey(page)))


async def test_an_engine_that_does_not_count_says_so(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    services.library.listed = [local_model("scripted", source="starter")]
    shell = open_shell()
    await until(lambda: shell.workspace.loading.session is not None)
    bar = shell.window.chat_page.context_bar
    await until(bar.isVisible)
    assert "this server does not count" in bar.accessibleName()
    write(shell.window.chat_page, "hello")
    press_enter(shell.window.chat_page)
    await until(lambda: services.engine.sessions[-1].requests)
