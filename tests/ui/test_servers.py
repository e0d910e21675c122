"""Servers in the settings, and a chat with a model of one, in the real window."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.domain.model import ServedModel
from app.ui.pages.chat import ChatPage
from app.ui.pages.settings import SettingsPage
from app.ui.shell import Shell
from app.ui.widgets.model_choices import MODEL_ROLE
from app.ui.widgets.settings_servers import ServersCard
from tests.fakes.model_server import Request, lists, replies, running, usage
from tests.fakes.window_services import WindowServices, local_model
from tests.ui.conftest import Until

BUSY = (
    "vllm:num_requests_running 2.0\nvllm:num_requests_waiting 1.0\nvllm:kv_cache_usage_perc 0.25\n"
)


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """Never the keyring of whoever runs the tests."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")


def card_of(shell: Shell) -> ServersCard:
    shell.window.show_page("settings")
    page = shell.window._pages["settings"]
    assert isinstance(page, SettingsPage)
    return page.servers


def add(card: ServersCard, name: str, address: str) -> None:
    card.name.setText(name)
    card.address.setText(address)
    card.save_button.click()


async def test_server_is_added_tested_edited_and_removed(
    services: WindowServices, open_shell: Callable[..., Shell], until: Until
) -> None:
    shell = open_shell()
    card = card_of(shell)
    assert not card.save_button.isEnabled()
    async with running(replies("Hi"), models=lists("tiny", "other", owned_by="vllm")) as server:
        add(card, "lab", server.address)
        await until(lambda: "lab" in card.rows and card.rows["lab"].server.models)
        assert "(vLLM): 2 models, tiny, other." in card.result.text()
        assert card.name.text() == ""
    assert services.settings.current.servers[0].models == ("tiny", "other")
    card.rows["lab"].test_button.click()
    await until(lambda: "refused" in card.result.text())
    # What it offered when it was last asked is still offered.
    assert card.rows["lab"].server.models == ("tiny", "other")
    card.rows["lab"].edit_button.click()
    assert card.save_button.text() == "Save"
    card.key.setText("secret")
    card.save_button.click()
    await until(lambda: card.key.text() == "")
    assert "secret" not in services.paths.settings.read_text()
    add(card, "bad", "not an address")
    await until(lambda: "is no address of a server" in card.result.text())
    card.rows["lab"].remove_button.click()
    await until(lambda: not card.rows)
    assert services.settings.current.servers == ()


async def test_model_of_a_server_is_chosen_and_chats_with_meters(
    services: WindowServices, open_shell: Callable[..., Shell], until: Until
) -> None:
    services.library.listed.append(local_model("local"))
    models = lists("tiny", owned_by="vllm", max_model_len=4096)
    answer = replies("Hello", " there", closing=[usage(11, 2)])
    shell = open_shell()
    await until(lambda: services.settings.current.last_model == "local")
    async with running(answer, models=models) as server:
        add(card_of(shell), "lab", server.address)
        picker = shell.window.chat_page.picker
        choices = picker.popup.choices
        await until(lambda: choices.rowCount() == 2)
        index = choices.index(1)
        served = ServedModel(name="tiny", server="lab")
        assert index.data(MODEL_ROLE) == served
        picker.popup.list.setCurrentIndex(index)
        assert not picker.popup.options_button.isEnabled()
        picker.popup._choose(index)
        loading = shell.workspace.loading
        await until(lambda: loading.model == served)
        assert picker.text_shown == "tiny · lab"
        page = shell.window.chat_page
        assert "is sent there" in page._emptiness().text
        page.composer.send_requested.emit("Hi")
        await until(lambda: shell.workspace.turns.running)
        await until(lambda: not shell.workspace.turns.running)
        assert page.transcript.flow.entries[-1].text == "Hello there"
        strip = shell.window.strip
        assert strip.meter("context").text == "13"
        assert strip.meter("prefill").text == "not available"
        assert strip.meter("worker").text == "not available"
        # The next start loads what is on this computer: nothing is asked unbidden.
        assert services.settings.current.last_model == "local"
    page.composer.send_requested.emit("Still there?")
    banner = shell.window.banner
    await until(lambda: banner.notice is not None and "refused" in banner.notice.text)
    assert loading.model is not None


async def use_server(
    open_shell: Callable[..., Shell], until: Until, address: str
) -> tuple[Shell, ChatPage]:
    """A window whose new chat is answered by the only model of a server."""
    shell = open_shell()
    add(card_of(shell), "lab", address)
    await until(lambda: shell.workspace.servers.models)
    shell.workspace.loading.load(shell.workspace.servers.models[0])
    await until(lambda: shell.workspace.loading.session)
    shell.window.show_page("chat")
    return shell, shell.window.chat_page


async def test_chat_of_a_server_that_counts_is_exact_and_asks_before_it_is_cut(
    services: WindowServices, open_shell: Callable[..., Shell], until: Until
) -> None:
    async def tokenize(request: Request) -> None:
        said = " ".join(each["content"] for each in request.body["messages"])
        await request.json({"count": len(said.split())})

    models = lists("tiny", owned_by="vllm", max_model_len=40)
    async with running(replies("one " * 8), models=models, tokenize=tokenize) as server:
        shell, page = await use_server(open_shell, until, server.address)
        page.composer.set_text("two " * 10)
        await until(lambda: page.context.look and page.context.look.draft_tokens == 10)
        assert page.context_bar.accessibleName().endswith("Draft 10, Reply 10, 20 of 40 free")
        page.composer.send_requested.emit(page.composer.text())
        await until(lambda: page.context.look and page.context.look.history_tokens == 18)
        page.composer.set_text("three " * 14)
        page.composer.send_requested.emit(page.composer.text())
        await until(page.context_question.isVisible)
        page.context_question.choices["drop_oldest"].click()
        await until(page.context_question.send_button.isEnabled)
        page.context_question.send_button.click()
        await until(lambda: len(server.chats_asked()) == 2 and not shell.workspace.turns.running)
        assert len(server.chats_asked()[1]["messages"]) == 1


async def test_chat_of_a_server_that_does_not_count_is_told_about(
    services: WindowServices, open_shell: Callable[..., Shell], until: Until
) -> None:
    closing = [usage(4 + 40, 2)]  # two characters a token, and four around the message
    models = lists("tiny", max_model_len=100)
    async with running(replies("Hi", closing=closing), models=models) as server:
        _, page = await use_server(open_shell, until, server.address)
        bar = page.context_bar
        page.composer.set_text("x" * 80)
        await until(lambda: "Draft about 24" in bar.accessibleName())
        assert "nothing leaves this computer before you send" in bar.sentence.text()
        page.composer.send_requested.emit(page.composer.text())
        page.composer.set_text("")
        await until(server.chats_asked)
        await until(lambda: "History about 49" in bar.accessibleName())
        page.composer.set_text("x" * 200)
        await until(lambda: "more than 100" in bar.accessibleName())
        page.composer.send_requested.emit(page.composer.text())
        await until(lambda: len(server.chats_asked()) == 2)


async def test_a_server_that_does_not_tell_its_context_has_no_bar_but_counts(
    services: WindowServices, open_shell: Callable[..., Shell], until: Until
) -> None:
    async with running(replies("Hi"), models=lists("tiny")) as server:
        _, page = await use_server(open_shell, until, server.address)
        bar = page.context_bar
        await until(lambda: "the server does not tell its context" in bar.accessibleName())
        assert not bar._bar.isVisible()
        assert "Reply" not in bar.accessibleName()
