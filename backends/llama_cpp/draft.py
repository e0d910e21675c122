"""A draft model: a smaller model of the same vocabulary that guesses the next tokens."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic

import msgspec

from app.domain.errors import AppError, EngineError, ModelUnsupportedError
from app.domain.load_options import MOST_DRAFT_TOKENS, LoadOptions, LoadPlan, Rope
from backends.llama_cpp.context import AbortedError, CacheFullError, Context
from backends.llama_cpp.library import EngineLog
from backends.llama_cpp.model import Model
from backends.llama_cpp.odds import Odds
from backends.llama_cpp.prefix import common_prefix

# llama.cpp's own tolerance: vocabularies of one family differ in unused tokens at their end.
_MOST_EXTRA_TOKENS = 128
_NEW = 0.2


class Wanted(msgspec.Struct, frozen=True):
    """A draft for one sequence: at most so many tokens behind `tokens`, the next of them only
    while the chance that all are right, by `odds`, is over `least_chance`.
    """

    sequence: int
    tokens: Sequence[int]
    most: int
    least_chance: float
    odds: Odds


class Guess(msgspec.Struct):
    """The tokens that may follow, the draft model's own chance of each, and the chance that all of
    them are right. `has_read`: more of the text had to be read first than the latest guesses.
    """

    tokens: list[int]
    chances: list[float]
    whole: float = 1.0
    has_read: bool = False


class DraftModel:
    """Owns the weights and a context with as many sequences as the large model's."""

    def __init__(self, model: Model, context: Context, target_tokens: int) -> None:
        self._model = model
        self._context = context
        self._shared_tokens = min(model.vocabulary_tokens, target_tokens)
        self._evaluated: list[list[int]] = [[] for _ in range(context.sequences)]
        # What one more guess takes.
        self.guess_seconds = 0.0

    @classmethod
    def load(
        cls, log: EngineLog, target: Model, context: Context, options: LoadOptions,
        on_fraction: Callable[[float], None],
    ) -> DraftModel:  # fmt: skip
        """Load the draft model of `options` for `target`, whose context is `context`.

        Raises `ModelUnsupportedError` for one that cannot guess for it, and what loads raise.
        """
        assert options.draft_model is not None
        name = Path(os.fsdecode(options.draft_model)).name
        chosen = msgspec.structs.replace(
            options,
            context_tokens=context.capacity,
            parallel=context.sequences,
            gpu_layers=None if options.device else 0,
            rope=Rope(),
            adapters=(),
            speculation="off",
            draft_model=None,
        )
        plan = LoadPlan(name=name, path=options.draft_model, options=chosen)
        model = Model(target.api, log, plan, on_fraction)
        try:
            _refuse_unlike(name, model, target)
            return cls(model, Context(target.api, log, model, chosen), target.vocabulary_tokens)
        except AppError:
            model.close()
            raise

    def interrupt(self) -> None:
        """Make an evaluation that is running return; from any thread."""
        self._context.interrupt()

    def clear_interrupt(self) -> None:
        """Evaluations go on again."""
        self._context.clear_interrupt()

    def guess(self, wanted: Sequence[Wanted]) -> list[Guess]:
        """A guess for each; empty while its text is still being evaluated, a chunk a call."""
        due = {place: self._due(each) for place, each in enumerate(wanted)}
        late = [len(tokens) > MOST_DRAFT_TOKENS + 1 for tokens in due.values()]
        guesses = [Guess([], [], has_read=each) for each in late]
        started, steps = 0.0, 0
        while due:
            rows = self._evaluate(wanted, due)
            if rows is None:
                return [Guess([], [], has_read=each) for each in late]
            started, steps = started or monotonic(), steps + 1
            due = {
                place: guesses[place].tokens[-1:]
                for place, row in rows.items()
                if self._choose(row, wanted[place], guesses[place])
            }
        if steps > 1:
            measured = (monotonic() - started) / (steps - 1)
            weight = _NEW if self.guess_seconds else 1.0
            self.guess_seconds += weight * (measured - self.guess_seconds)
        return guesses

    def close(self) -> None:
        """Free all memory."""
        self._context.close()
        self._model.close()

    def _due(self, wanted: Wanted) -> list[int]:
        """What must be evaluated before the first guess; the rest of old guesses is forgotten."""
        evaluated, tokens = self._evaluated[wanted.sequence], wanted.tokens
        common = common_prefix(evaluated, tokens, len(tokens) - 1)
        if common < len(evaluated):
            del evaluated[self._context.forget(wanted.sequence, common) :]
        return list(tokens[len(evaluated) :])

    def _evaluate(
        self, wanted: Sequence[Wanted], due: dict[int, list[int]]
    ) -> dict[int, int] | None:
        """Evaluate what is due, at most a chunk; the rows of those that are complete by it.

        None when it was interrupted or has no room.
        """
        self._context.begin()
        rows: dict[int, int] = {}
        added: dict[int, list[int]] = {}
        budget = self._context.chunk_tokens
        for place, tokens in due.items():
            sequence = wanted[place].sequence
            part = tokens[:budget]
            if not part:
                continue
            is_whole = len(part) == len(tokens)
            row = self._context.add(sequence, part, len(self._evaluated[sequence]), int(is_whole))
            if is_whole:
                rows[place] = row
            added[sequence], budget = part, budget - len(part)
        try:
            self._context.evaluate()
        except CacheFullError:
            self._forget_others(added)
            return None
        except (AbortedError, EngineError):
            for sequence in added:
                evaluated = self._evaluated[sequence]
                del evaluated[self._context.forget(sequence, len(evaluated)) :]
            return None
        for sequence, part in added.items():
            self._evaluated[sequence] += part
        return rows

    def _forget_others(self, kept: dict[int, list[int]]) -> None:
        """Make room: conversations that nobody goes on with, else all."""
        others = [
            sequence
            for sequence, tokens in enumerate(self._evaluated)
            if tokens and sequence not in kept
        ]
        for sequence in others or kept:
            self._context.forget(sequence, 0)
            self._evaluated[sequence].clear()

    def _choose(self, row: int, wanted: Wanted, guess: Guess) -> bool:
        """Add the likeliest token to the guess; whether another one may follow."""
        from backends.llama_cpp.candidates import likeliest_chance, logits_of

        size = self._model.vocabulary_tokens
        logits = logits_of(self._model.api, self._context.handle, row, size)
        token, chance = likeliest_chance(logits)
        if token >= self._shared_tokens:
            return False
        guess.tokens.append(token)
        guess.chances.append(chance)
        guess.whole *= wanted.odds.of(chance)
        if guess.whole <= wanted.least_chance or self._model.ends_reply(token):
            return False
        return len(guess.tokens) < wanted.most


def _refuse_unlike(name: str, draft: Model, target: Model) -> None:
    """Raise `ModelUnsupportedError` unless both write the same text by the same tokens."""
    if draft.is_recurrent:
        raise ModelUnsupportedError(
            "{name} cannot be a draft model: it is recurrent and cannot take a wrong guess back. "
            "Choose a small model of the usual kind (a transformer).",
            name=name,
        )
    ours, theirs = draft.vocabulary_tokens, target.vocabulary_tokens
    if abs(ours - theirs) > _MOST_EXTRA_TOKENS or draft.special_tokens() != target.special_tokens():
        raise ModelUnsupportedError(
            "{name} cannot guess for this model: its vocabulary is another one ({ours} tokens "
            "against {theirs}). Choose a smaller model of the same family.",
            name=name,
            ours=ours,
            theirs=theirs,
        )
    for token in range(min(ours, theirs)):
        if draft.token_text(token) != target.token_text(token):
            raise ModelUnsupportedError(
                "{name} cannot guess for this model: its token {token} is “{guessed}”, and "
                "“{piece}” there. Choose a smaller model of the same family.",
                name=name,
                token=token,
                guessed=draft.text_piece(token),
                piece=target.text_piece(token),
            )
