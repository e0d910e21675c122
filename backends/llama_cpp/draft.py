"""A draft model: a smaller model of the same vocabulary that guesses the next tokens."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic

import msgspec

from app.domain.errors import AppError, EngineError, ModelUnsupportedError
from app.domain.load_options import MOST_DRAFT_TOKENS, LoadOptions, LoadPlan, draft_options
from backends.llama_cpp.context import AbortedError, CacheFullError, Context
from backends.llama_cpp.library import EngineLog
from backends.llama_cpp.model import Model
from backends.llama_cpp.odds import Odds
from backends.llama_cpp.prefix import common_prefix

# llama.cpp's own tolerance: vocabularies of one family differ in unused tokens at their end.
_MOST_EXTRA_TOKENS = 128
_NEW = 0.2
# Of a text that is long, a try reads no more than the latest tokens.
_TRIED_TEXT = 64


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

    def __init__(self, model: Model, context: Context, target: Model) -> None:
        self._model = model
        self._context = context
        self._shared_tokens = min(model.vocabulary_tokens, target.vocabulary_tokens)
        self._evaluated: list[list[int]] = [[] for _ in range(context.sequences)]
        # Of the large model's: about what a guess takes of its time.
        self.size_share = model.weight_bytes / target.weight_bytes
        # What a guess takes, and each token of a text that is read at once; 0: not measured yet.
        self.guess_seconds = self.read_seconds = 0.0

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
            draft_options(options, context.sequences), context_tokens=context.capacity
        )
        plan = LoadPlan(name=name, path=options.draft_model, options=chosen)
        model = Model(target.api, log, plan, on_fraction)
        try:
            _refuse_unlike(name, model, target)
            return cls(model, Context(target.api, log, model, chosen), target)
        except AppError:
            model.close()
            raise

    def interrupt(self) -> None:
        """Make an evaluation that is running return; from any thread."""
        self._context.interrupt()

    def clear_interrupt(self) -> None:
        """Evaluations go on again."""
        self._context.clear_interrupt()

    def unread(self, sequence: int, tokens: Sequence[int]) -> int:
        """How many of these tokens must be evaluated before the next one can be guessed."""
        evaluated = self._evaluated[sequence]
        return len(tokens) - common_prefix(evaluated, tokens, len(tokens) - 1)

    def judge(self, sequence: int, tokens: Sequence[int], count: int) -> list[tuple[float, bool]]:
        """The model's own chance of what it would have guessed for each of the last `count` tokens,
        and whether it is right; none when it was interrupted or has no room.
        """
        text = tokens[:-1]
        if len(text) - self._keep(sequence, text, len(text) - count) > _TRIED_TEXT:
            text = tokens[-_TRIED_TEXT:-1]
            self._keep(sequence, text, 0)
        started, due = monotonic(), text[len(self._evaluated[sequence]) :]
        rows = self._evaluate({sequence: due}, count)
        if rows is None:
            return []
        self.read_seconds = (monotonic() - started) / len(due)
        first = rows[sequence] - count + 1
        guesses = [self._likeliest(first + place) for place in range(count)]
        came = tokens[len(tokens) - count :]
        return [
            (chance, token == other) for (token, chance), other in zip(guesses, came, strict=True)
        ]

    def guess(self, wanted: Sequence[Wanted]) -> list[Guess]:
        """A guess for each; empty while its text is still being evaluated, a chunk a call."""
        due: dict[int, Sequence[int]] = {}
        guesses: dict[int, Guess] = {}
        for each in wanted:
            kept = self._keep(each.sequence, each.tokens, len(each.tokens) - 1)
            due[each.sequence] = each.tokens[kept:]
            guesses[each.sequence] = Guess([], [], has_read=is_late(len(each.tokens) - kept))
        started, steps = monotonic(), 0
        while due:
            rows = self._evaluate(due)
            if rows is None:
                return [Guess([], [], has_read=each.has_read) for each in guesses.values()]
            steps += 1
            due = {
                each.sequence: guesses[each.sequence].tokens[-1:]
                for each in wanted
                if each.sequence in rows
                and self._choose(rows[each.sequence], each, guesses[each.sequence])
            }
        if not any(each.has_read for each in guesses.values()):
            measured = (monotonic() - started) / steps
            known = self.guess_seconds or measured
            self.guess_seconds = known + _NEW * (min(measured, 2 * known) - known)
        return list(guesses.values())

    def close(self) -> None:
        """Free all memory."""
        self._context.close()
        self._model.close()

    def _keep(self, sequence: int, tokens: Sequence[int], most: int) -> int:
        """Forget what was evaluated but for at most so many of these tokens; how many are kept."""
        evaluated = self._evaluated[sequence]
        common = common_prefix(evaluated, tokens, most)
        if common < len(evaluated):
            del evaluated[self._context.forget(sequence, common) :]
        return len(evaluated)

    def _evaluate(self, due: dict[int, Sequence[int]], count: int = 1) -> dict[int, int] | None:
        """Evaluate what is due of each sequence, at most a chunk in all; the row of the last token
        of those that are complete by it, of which as many have logits as `count` says.

        None when it was interrupted or has no room.
        """
        self._context.begin()
        rows: dict[int, int] = {}
        added: dict[int, Sequence[int]] = {}
        budget = self._context.chunk_tokens
        for sequence, tokens in due.items():
            part = tokens[:budget]
            if not part:
                continue
            done, is_whole = len(self._evaluated[sequence]), len(part) == len(tokens)
            row = self._context.add(sequence, part, done, count if is_whole else 0)
            if is_whole:
                rows[sequence] = row
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

    def _forget_others(self, kept: dict[int, Sequence[int]]) -> None:
        """Make room: conversations that nobody goes on with, else all."""
        others = [
            sequence
            for sequence, tokens in enumerate(self._evaluated)
            if tokens and sequence not in kept
        ]
        for sequence in others or kept:
            self._context.forget(sequence, 0)
            self._evaluated[sequence].clear()

    def _likeliest(self, row: int) -> tuple[int, float]:
        """The likeliest token by the logits at `row`, and its chance."""
        from backends.llama_cpp.candidates import likeliest_chance, logits_of

        size = self._model.vocabulary_tokens
        return likeliest_chance(logits_of(self._model.api, self._context.handle, row, size))

    def _choose(self, row: int, wanted: Wanted, guess: Guess) -> bool:
        """Add the likeliest token to the guess; whether another one may follow."""
        token, chance = self._likeliest(row)
        if token >= self._shared_tokens:
            return False
        guess.tokens.append(token)
        guess.chances.append(chance)
        guess.whole *= wanted.odds.of(chance)
        if guess.whole <= wanted.least_chance or self._model.ends_reply(token):
            return False
        return len(guess.tokens) < wanted.most


def is_late(unread: int) -> bool:
    """Whether so many tokens are more than those that came since the latest guess."""
    return unread > MOST_DRAFT_TOKENS + 1


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
