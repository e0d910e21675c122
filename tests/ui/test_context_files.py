"""What attached files take of the context, as the bar below the message tells it."""

from __future__ import annotations

from PySide6.QtCore import QRect

from app.domain.attachment import Attachment
from app.domain.context_look import ContextLook
from app.ui.pages.chat import ChatPage
from tests.fakes.window_services import WindowServices, local_model
from tests.ui.conftest import OpenShell, Until

CONTEXT = 200


def notes(words: int) -> Attachment:
    """A file; its name and its fence are four words more."""
    return Attachment(name=f"notes{words}.txt", kind="text", size_bytes=1, text="word " * words)


async def opened(open_shell: OpenShell, services: WindowServices, until: Until) -> ChatPage:
    """A new chat with a model that counts."""
    services.library.listed = [local_model("scripted", source="starter")]
    services.engine.script.counts = True
    services.engine.script.context_tokens = CONTEXT
    page = open_shell().window.chat_page
    await until(lambda: page.context.look is not None)
    return page


def look(page: ChatPage) -> ContextLook:
    found = page.context.look
    assert found is not None
    return found


async def test_the_file_that_is_too_large_is_named(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    page = await opened(open_shell, services, until)
    page.composer.set_text("Why?")
    page.composer.tray.set_attachments([notes(3), notes(CONTEXT)])
    told = f"notes{CONTEXT}.txt alone takes {CONTEXT + 4} tokens"
    await until(lambda: told in page.context_bar.sentence.text())
    assert "Remove the file" in page.context_bar.sentence.text()


async def test_the_frame_of_a_message_without_words_belongs_to_its_files(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    page = await opened(open_shell, services, until)
    page.composer.tray.set_attachments([notes(3)])
    await until(lambda: look(page).attachment_tokens > 0)
    assert look(page).draft_tokens == 0
    whole = look(page).used_tokens
    page.composer.set_text("Why?")
    await until(lambda: look(page).draft_tokens > 0)
    assert look(page).used_tokens == whole + 1


async def test_what_happens_when_the_context_is_full_is_cut_at_its_end(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    button = (await opened(open_shell, services, until)).context_bar.button
    whole = button.sizeHint()
    button.setFixedSize(whole)
    wide = button.grab().toImage()
    button.setFixedWidth(whole.width() - 40)
    shorter = button.grab().toImage()
    # The words begin as they do where there is room; cut in the middle they would not.
    begun = QRect(0, 0, shorter.width() // 2, whole.height())
    assert shorter.copy(begun) == wide.copy(begun)
    assert shorter != wide.copy(shorter.rect())
