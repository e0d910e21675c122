"""Why llama.cpp refused a model or a context, out of its own words."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.errors import (
    AppError,
    EngineError,
    MemoryShortError,
    ModelFileError,
    ModelUnsupportedError,
)
from app.domain.words import Sentence, sentence


def load_error(name: str, complaints: Sequence[str]) -> AppError:
    """The error for a model that did not load; `complaints` is llama.cpp's log."""
    text = " ".join(complaints)
    if "unknown model architecture" in text:
        architecture = text.split("unknown model architecture:", 1)[1].split("'")[1]
        return ModelUnsupportedError(
            "{name} is a model of the architecture “{architecture}”, which this version of "
            "llama.cpp does not know. A newer engine may know it.",
            name=name,
            architecture=architecture,
        )
    if _speaks_of_memory(text):
        return MemoryShortError(
            "There is not enough memory to load {name}: {cause}. Choose a smaller quantization, "
            "or close other programs.",
            name=name,
            cause=_last(complaints),
        )
    return ModelFileError("llama.cpp refuses {name}: {cause}.", name=name, cause=_last(complaints))


def context_error(context_tokens: int, complaints: Sequence[str]) -> AppError:
    """The error for a context that could not be made."""
    if _speaks_of_memory(" ".join(complaints)):
        return MemoryShortError(
            "There is not enough memory for a context of {context_tokens} tokens: {cause}. Load "
            "the model with a smaller context or KV type q8_0.",
            context_tokens=context_tokens,
            cause=_last(complaints),
        )
    return EngineError(
        "llama.cpp cannot make a context of {context_tokens} tokens with these options: {cause}.",
        context_tokens=context_tokens,
        cause=_last(complaints),
    )


def _speaks_of_memory(text: str) -> bool:
    return any(
        sign in text.lower()
        for sign in ("failed to allocate", "unable to allocate", "out of memory", "bad_alloc")
    )


def _last(complaints: Sequence[str]) -> str | Sentence:
    """The most telling complaint: llama.cpp names the cause first, then repeats that it failed."""
    telling = [text for text in complaints if "error" in text.lower() or "fail" in text.lower()]
    if not complaints:
        return sentence("no reason is given")
    return (telling or complaints)[0].split(": ", 1)[-1].rstrip(". ")[:300]
