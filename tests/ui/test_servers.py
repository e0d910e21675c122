"""Servers in the settings, and a chat with a model of one, in the real window."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.domain.model import ServedModel
from app.ui.pages.settings import SettingsPage
from app.ui.shell import Shell
from app.ui.widgets.model_choices import MODEL_ROLE
from app.ui.widgets.settings_servers import ServersCard
from tests.fakes.model_server import lists, replies, running, usage
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
    async with running(answer, models=models) as server:
        add(card_of(shell), "lab", server.address)
        picker = shell.window.chat_page.picker
        choices = picker.popup.choices
        await until(lambda: choices.rowCount() == 2)
        index = choices.index(1)
        assert index.data(MODEL_ROLE) == ServedModel(name="tiny", server="lab")
        picker.popup.list.setCurrentIndex(index)
        assert not picker.popup.options_button.isEnabled()
        picker.popup._choose(index)
        loading = shell.workspace.loading
        await until(lambda: loading.model == index.data(MODEL_ROLE))
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
