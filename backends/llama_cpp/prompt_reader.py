"""A prompt token by token, as the model sees it, and how likely it found each of them.

Likelihoods are measured in a context of its own on the same weights, so that the conversations
that are kept in the cache stay there.
"""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from typing import Any

import msgspec

from app.domain.chances import PromptToken, TokenChance
from app.domain.errors import EngineError, PromptTooLongError
from app.domain.load_options import LoadOptions
from backends.llama_cpp.adapters import Adapters
from backends.llama_cpp.library import EngineLog
from backends.llama_cpp.load_errors import context_error
from backends.llama_cpp.model import Model
from backends.llama_cpp.options import set_context_options
from backends.llama_cpp.threads import default_threads
from backends.protocol import PromptRead, ReadPrompt

# All of it is evaluated again for this, while other replies of the model wait.
LONGEST_MEASURED = 8_192
# Each evaluated token has a row of logits: a number for every token of the vocabulary.
_LOGITS_BYTES = 2**25
_CELLS = 256
# So many tokens are told for each place.
_ALTERNATIVES = 5


class PromptReader:
    """Reads prompts of one model."""

    def __init__(
        self, model: Model, log: EngineLog, options: LoadOptions, adapters: Adapters
    ) -> None:
        self._model, self._log, self._options, self._adapters = model, log, options, adapters
        self._size: int = model.api.llama_vocab_n_tokens(model.vocabulary)

    def read(self, question: ReadPrompt, prompt: Sequence[int]) -> PromptRead:
        """The tokens of a prompt and of the reply to it. Raises `AppError`."""
        tokens = [*prompt, *self._model.tokenize_part(question.reply)]
        found = _texts(self._model, tokens, len(prompt))
        if question.measured:
            for place, (logprob, best) in enumerate(self._measured(tokens), start=1):
                found[place] = msgspec.structs.replace(
                    found[place], logprob=logprob, alternatives=best
                )
        return PromptRead(question.request_id, tuple(found))

    def _measured(self, tokens: Sequence[int]) -> list[tuple[float, tuple[TokenChance, ...]]]:
        """For each token but the first: the logarithm of its probability, and the likeliest ones.

        Raises `PromptTooLongError`, `MemoryShortError`, `EngineError`.
        """
        if len(tokens) > LONGEST_MEASURED:
            raise PromptTooLongError(
                "This conversation has {count} tokens; probabilities are measured for up to "
                "{longest_measured}.",
                count=len(tokens),
                longest_measured=LONGEST_MEASURED,
            )
        api = self._model.api
        rows = max(16, min(256, _LOGITS_BYTES // (4 * self._size)))
        handle = self._open(-(-len(tokens) // _CELLS) * _CELLS, rows)
        batch = api.llama_batch_init(rows, 0, 1)
        try:
            found: list[tuple[float, tuple[TokenChance, ...]]] = []
            for first in range(0, len(tokens) - 1, rows):
                part = tokens[first : first + rows]
                self._evaluate(handle, batch, part, first)
                following = tokens[first + 1 : first + 1 + len(part)]
                found += [self._chance(handle, row, token) for row, token in enumerate(following)]
        finally:
            api.llama_batch_free(batch)
            api.llama_free(handle)
        return found

    def _open(self, cells: int, rows: int) -> Any:
        api = self._model.api
        parameters = api.llama_context_default_params()
        set_context_options(api, parameters, self._options)
        parameters.n_ctx = cells
        parameters.n_batch = parameters.n_ubatch = parameters.n_outputs_max = rows
        parameters.n_seq_max = 1
        threads = self._options.threads or default_threads()
        parameters.n_threads = parameters.n_threads_batch = threads
        parameters.no_perf = True
        handle = api.llama_init_from_model(self._model.handle, parameters)
        if not handle:
            raise context_error(cells, self._log.take_complaints())
        self._adapters.apply_same(handle)
        return handle

    def _evaluate(self, handle: Any, batch: Any, tokens: Sequence[int], first: int) -> None:
        batch.n_tokens = len(tokens)
        for place, token in enumerate(tokens):
            batch.token[place], batch.pos[place] = token, first + place
            batch.n_seq_id[place], batch.seq_id[place][0] = 1, 0
            batch.logits[place] = 1
        status = self._model.api.llama_decode(handle, batch)
        if status != 0:
            raise EngineError(
                "llama.cpp could not evaluate the prompt again (status {status}).", status=status
            )

    def _chance(self, handle: Any, row: int, token: int) -> tuple[float, tuple[TokenChance, ...]]:
        from backends.llama_cpp.candidates import likeliest, log_softmax, logits_of

        logprobs = log_softmax(logits_of(self._model.api, handle, row, self._size))
        best = tuple(
            TokenChance(other, self._model.text_piece(other), float(logprobs[other]))
            for other in likeliest(logprobs, _ALTERNATIVES)
        )
        return float(logprobs[token]), best


def _texts(model: Model, tokens: Sequence[int], reply_begins: int) -> list[PromptToken]:
    """Tokens as texts; a character that several make up together belongs to the last of them."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    found: list[PromptToken] = []
    for place, token in enumerate(tokens):
        piece = model.piece(token)
        is_control = not piece and bool(model.text_piece(token))
        text = model.text_piece(token) if is_control else decoder.decode(piece)
        found.append(
            PromptToken(
                token_id=token, text=text, is_control=is_control, is_reply=place >= reply_begins
            )
        )
    return found
