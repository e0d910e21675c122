"""What the chat page says: while there is no message, and in the line under a reply."""

from __future__ import annotations

from app.domain.conversation import Message
from app.domain.errors import AppError
from app.domain.model import AnyModel, ServedModel
from app.domain.reply_facts import forgotten_tokens
from app.domain.units import duration_text, rate_text
from app.ui.context_texts import system_facts
from app.ui.errors import Notice
from app.ui.language import tr
from app.ui.widgets.empty_state import Emptiness


def no_models() -> Emptiness:
    """What is shown where there is no model."""
    return Emptiness(
        "box",
        tr("No models yet"),
        tr(
            "Open a .gguf file, or drag one onto this window. Models of LM Studio, Ollama and "
            "Hugging Face are found by themselves."
        ),
        ("open_file", tr("Open .gguf file…")),
        ("refresh", tr("Look again")),
    )


def looking() -> Emptiness:
    """What is shown while models are looked for."""
    text = tr("Looking for models on this computer…")
    return Emptiness("hard-drive", tr("One moment"), text)


def facts_of(message: Message) -> str:
    """The line under a reply: who answered, how fast, how much, and after how long; or what the
    text is that the program put in.
    """
    if message.role == "system":
        return system_facts(message)
    timings = message.timings
    facts = [_short(message.model_name)] if message.model_name else []
    if timings is not None:
        if timings.decode_tps is not None:
            rate = rate_text(timings.decode_tps)
            facts.append(tr("{rate} tokens/s").format(rate=rate))
        facts.append(tr("%Ln tokens", "", timings.completion_tokens))
        if timings.ttft_ms is not None:
            time = duration_text(timings.ttft_ms)
            facts.append(tr("{time} to first token").format(time=time))
        if gone := forgotten_tokens(timings):
            facts.append(tr("%Ln of the oldest tokens forgotten", "", gone))
        if timings.clock == "client":
            facts.append(tr("timed on this side"))
    return " · ".join(facts)


def notice_of_turn(error: AppError, chat: int | None, title: str | None = None) -> Notice:
    """Why a question in a chat was not answered; `title` is its title, where another is shown."""
    if title is None:
        return Notice(error.said(), "bad", chat=chat)
    words = tr("In “{title}”: {reason}").format(title=title, reason=error)
    return Notice(words, "bad", chat=chat, names_chat=True)


def _short(name: str) -> str:
    """Without folders: mlx_lm.server calls a model by the whole path of its folder."""
    return name.rstrip("/").rpartition("/")[2] if name.startswith("/") else name


def unloaded(model: AnyModel) -> Emptiness:
    """What is shown while the model of a chat is not loaded."""
    return Emptiness(
        "box",
        tr("The model is not loaded"),
        tr("Asking loads {name} first. You can also choose another model.").format(name=model.name),
        ("load_suggested", tr("Load {name}").format(name=model.name)),
        ("show_models", tr("Show all models")),
    )


def ready(model: AnyModel) -> Emptiness:
    """What is shown before the first question: what is written stays here, or goes to a server."""
    if isinstance(model, ServedModel):
        words = tr(
            "The model runs on the server {server}. What you write in this chat is sent there. "
            "Enter sends, Shift+Enter starts a new line."
        )
        return Emptiness("message-square", tr("Ask anything"), words.format(server=model.server))
    words = tr(
        "The model runs on this computer, and what you write stays on it. "
        "Enter sends, Shift+Enter starts a new line."
    )
    return Emptiness("message-square", tr("Ask anything"), words)
