"""Scores texts with a loaded model; reference logits come to their file whole or not at all."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import msgspec

from app.domain.engine import LocalModelSession
from app.domain.errors import UsageError
from app.domain.scoring import Score, ScoreProgress, ScoreRequest
from app.domain.words import sentence
from app.services.files import shown, store_error, sync_folder

# While a reference is written it has a name that nobody opens.
_UNFINISHED = ".scoring"


class Scoring:
    """Perplexities, and how far one model is from another."""

    async def score(
        self,
        session: LocalModelSession,
        request: ScoreRequest,
        on_progress: Callable[[ScoreProgress], None],
    ) -> Score:
        """Score a text. Cancelling the task stops it and leaves no file. Raises `AppError`."""
        if request.keep is None:
            return await session.score(request, on_progress)
        path = Path(os.fsdecode(request.keep))
        if await asyncio.to_thread(path.exists):
            raise UsageError(
                "There is a file at {path} already. Choose another name for the reference.",
                path=shown(path),
            )
        unfinished = path.with_name(path.name + _UNFINISHED)
        renamed = msgspec.structs.replace(request, keep=os.fsencode(unfinished))
        try:
            score = await session.score(renamed, on_progress)
            await asyncio.to_thread(_put_in_place, unfinished, path)
        finally:
            unfinished.unlink(missing_ok=True)
        return score


def _put_in_place(unfinished: Path, path: Path) -> None:
    try:
        unfinished.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise store_error(error, sentence("write {path}", path=shown(path))) from error
