"""What a model saw, asked in the real window of the model that wrote the reply."""

from __future__ import annotations

from app.domain.chances import PromptToken
from app.domain.conversation import Message
from app.domain.engine import EngineSession
from app.services.chat import ChatService
from app.ui.shell import Shell
from app.ui.widgets.reply_details import ReplyDetails
from tests.fakes.window_services import WindowServices
from tests.ui.conftest import Until
from tests.ui.test_reply_details import labels
from tests.ui.test_several_models import ONE, TWO, ask, names, services, shell, use

__all__ = ["services", "shell"]


class ToldPrompts(ChatService):
    """Tells which session was asked for the prompt of a reply."""

    asked: list[EngineSession]

    async def read_prompt(
        self, session: EngineSession, reply: Message, *, measured: bool
    ) -> tuple[PromptToken, ...]:
        self.asked.append(session)
        return (PromptToken(token_id=1, text=reply.text, is_reply=True),)


async def test_what_a_model_saw_is_asked_of_the_one_that_wrote_the_reply(
    shell: Shell, services: WindowServices, until: Until
) -> None:
    services.chat = prompts = ToldPrompts(services.store)
    prompts.asked = []
    transcript = shell.window.chat_page.transcript
    one = services.engine.sessions[0]
    await use(shell, until, TWO)
    await ask(shell, until, "Second")

    def about(number: int) -> ReplyDetails:
        assert transcript.request("details", number)
        opened = shell.window.findChildren(ReplyDetails)[-1]
        opened.tabs.setCurrentIndex(1)
        return opened

    details = about(1)
    await until(details.view.text)
    assert prompts.asked == [one], "the chat has another model by now"
    details.accept()
    shell.workspace.models.eject(ONE)
    await until(lambda: names(shell) == ["two-model"])
    details = about(1)
    assert "one-model is not loaded. Load it to see what it saw." in labels(details)
    details.load_button.click()
    await until(details.view.text)
    assert prompts.asked[1] is services.engine.sessions[2]
    assert not details.load_button.isVisible()
    assert shell.workspace.loading.wanted == TWO, "the chat keeps its model"
    details.accept()
    services.library.listed = [TWO]
    shell.workspace.models.eject(ONE)
    shell.workspace.shelf.refresh()
    await until(lambda: shell.workspace.shelf.models == [TWO])
    details = about(1)
    assert any("is not among the models here any more" in words for words in labels(details))
    details.accept()
