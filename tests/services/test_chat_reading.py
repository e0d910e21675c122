"""Chats that are exported to be read: Markdown and plain text, with what is said about them."""

from __future__ import annotations

from pathlib import Path

from app.domain.attachment import Attachment
from app.domain.conversation import ContextSummary
from app.services.chat_files import ChatFiles
from app.services.conversation_store import ConversationStore
from tests.fakes.saved_chats import ORIGIN, answered, ended


async def test_markdown_and_text_are_for_reading(
    store: ConversationStore, files: ChatFiles, tmp_path: Path
) -> None:
    chat = await store.create()
    await answered(store, chat.id, "What is 6*7?", "<think>\n6*7\n</think>\n\nIt is **42**.")
    await files.export(str(tmp_path / "a.md"), [chat.id], "markdown")
    await files.export(str(tmp_path / "a.txt"), [chat.id], "text")
    markdown = (tmp_path / "a.md").read_text("utf-8")
    assert markdown.startswith("# What is 6*7?\n\n*Begun ")
    assert "## You\n\nWhat is 6*7?" in markdown
    assert "> **Reasoning**\n>\n> 6*7\n\nIt is **42**." in markdown
    assert "## tiny" in markdown
    text = (tmp_path / "a.txt").read_text("utf-8")
    assert "You:\nWhat is 6*7?\n\ntiny:\n(Reasoning)\n    6*7\n\nIt is **42**." in text


async def test_what_is_pinned_attached_and_summarized_is_told_in_files_for_reading(
    store: ConversationStore, files: ChatFiles, tmp_path: Path
) -> None:
    chat = await store.create()
    notes = Attachment(name="my_notes\n.txt", kind="text", size_bytes=1, text="x")
    asked = await store.add_message(chat.id, "user", "Plan it", attachments=(notes,))
    await store.pin_message(asked.id, pinned=True)
    await store.finish_reply(ended(await store.begin_reply(asked, ORIGIN), "Done."))
    for words in ("early", "late\n\n# line"):
        _, reply = await answered(store, chat.id, "And on?", "Yes.")
        summary = ContextSummary(text=words, model_name="tiny", besides=(0,))
        await store.set_summary(reply.id, summary)
    await files.export(str(tmp_path / "a.md"), [chat.id], "markdown")
    await files.export(str(tmp_path / "a.txt"), [chat.id], "text")
    markdown = (tmp_path / "a.md").read_text("utf-8")
    text = (tmp_path / "a.txt").read_text("utf-8")
    told = "Pinned: it stays in the context. Attached: my_notes .txt"
    escaped = told.replace("_", "\\_")
    assert f"## You\n\n*{escaped}*\n\nPlan it" in markdown
    assert f"You ({told}):\nPlan it" in text
    assert markdown.count("Pinned") == text.count("Pinned") == 1
    first = "Summary of 3 messages above, written by tiny; replaced by a later one"
    last = (
        "Summary of 5 messages above, written by tiny; sent in their place when they have no room"
    )
    assert f"Yes.\n\n> **{first}**\n>\n> early\n\n## You" in markdown
    assert f"Yes.\n\n> **{last}**\n>\n> late\n>\n> # line\n" in markdown
    assert f"Yes.\n\n({first})\n    early\n\nYou:" in text
    assert f"Yes.\n\n({last})\n    late\n\n    # line\n" in text
