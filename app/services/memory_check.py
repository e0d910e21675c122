"""Refuses a model that cannot fit into this machine, before anything is loaded."""

from __future__ import annotations

from contextlib import suppress

from app.domain.engine import EngineSession, LoadOptions
from app.domain.errors import MemoryShortError
from app.domain.model import LocalModel
from app.domain.units import memory_text


def refuse_too_large(
    model: LocalModel, _options: LoadOptions, replaced: EngineSession | None
) -> None:
    """Raise `MemoryShortError` if not even the weights fit into what is free.

    Counted as free: what the system can give without swapping, and what the process of the
    session that is being replaced will give back.
    """
    import psutil

    available = psutil.virtual_memory().available
    if replaced is not None and replaced.process_id is not None:
        with suppress(psutil.Error):
            available += psutil.Process(replaced.process_id).memory_info().rss
    if model.size_bytes > available:
        raise MemoryShortError(
            f"{model.name} needs at least {memory_text(model.size_bytes)} of memory and "
            f"{memory_text(available)} are free. Choose a smaller quantization or a smaller "
            "model, or close other programs."
        )
