"""What the chat page says: while there is no message, and in the line under a reply."""

from __future__ import annotations

from msgspec import structs

from app.domain.conversation import Message
from app.domain.model import AnyModel, ServedModel
from app.domain.units import count_text, duration_text, rate_text
from app.ui.widgets.empty_state import Emptiness

_READY = Emptiness(
    "message-square",
    "Ask anything",
    "The model runs on this computer, and what you write stays on it. "
    "Enter sends, Shift+Enter starts a new line.",
)
_SERVED = Emptiness(
    "message-square",
    "Ask anything",
    "The model runs on the server {}. What you write in this chat is sent there. "
    "Enter sends, Shift+Enter starts a new line.",
)
NO_MODELS = Emptiness(
    "box",
    "No models yet",
    "Open a .gguf file, or drag one onto this window. "
    "Models of LM Studio, Ollama and Hugging Face are found by themselves.",
    ("open_file", "Open .gguf file…"),
    ("refresh", "Look again"),
)
READING = Emptiness("hard-drive", "One moment", "Looking for models on this computer…")


def facts_of(message: Message) -> str:
    """The line under a reply: who answered, how fast, how much, and after how long."""
    timings = message.timings
    facts = [_short(message.model_name)] if message.model_name else []
    if timings is not None:
        if timings.decode_tps is not None:
            facts.append(f"{rate_text(timings.decode_tps)} tokens/s")
        tokens = timings.completion_tokens
        facts.append(f"{count_text(tokens)} {'token' if tokens == 1 else 'tokens'}")
        if timings.ttft_ms is not None:
            facts.append(f"{duration_text(timings.ttft_ms)} to first token")
        if timings.clock == "client":
            facts.append("timed on this side")
    return " · ".join(facts)


def _short(name: str) -> str:
    """Without folders: mlx_lm.server calls a model by the whole path of its folder."""
    return name.rstrip("/").rpartition("/")[2] if name.startswith("/") else name


def unloaded(model: AnyModel) -> Emptiness:
    """What is shown while the model of a chat is not loaded."""
    return Emptiness(
        "box",
        "The model is not loaded",
        f"Asking loads {model.name} first. You can also choose another model.",
        ("load_suggested", f"Load {model.name}"),
        ("show_models", "Show all models"),
    )


def ready(model: AnyModel) -> Emptiness:
    """What is shown before the first question: what is written stays here, or goes to a server."""
    if isinstance(model, ServedModel):
        return structs.replace(_SERVED, text=_SERVED.text.format(model.server))
    return _READY
