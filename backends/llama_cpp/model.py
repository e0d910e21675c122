"""The weights and the vocabulary of a model file, in this process."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable
from typing import Any

from app.domain.errors import EngineError, RequestError
from app.domain.load_options import LoadPlan
from backends.llama_cpp.library import EngineLog
from backends.llama_cpp.load_errors import load_error
from backends.llama_cpp.options import ModelParameters, refuse_cut_paths

_USUAL_PIECE = 64
_MOST_PIECES = 4096


class Model:
    """Weights and vocabulary of one file. `close` frees them."""

    def __init__(
        self, api: Any, log: EngineLog, plan: LoadPlan, on_fraction: Callable[[float], None]
    ) -> None:
        """Raises `ModelFileError`, `ModelUnsupportedError`, `MemoryShortError`, `UsageError`."""
        self.api = self._api = api
        adapters = (adapter.path for adapter in plan.options.adapters)
        refuse_cut_paths(plan.path, plan.options.draft_model, *adapters)
        self._parameters = ModelParameters(api, plan.options)
        parameters = self._parameters.values
        self._progress = api.llama_progress_callback(_progress(on_fraction))
        parameters.progress_callback = self._progress
        self.handle = api.llama_model_load_from_file(plan.path, parameters)
        if not self.handle:
            raise load_error(plan.name, log.take_complaints())
        self.vocabulary = api.llama_model_get_vocab(self.handle)
        self.trained_context_tokens: int = api.llama_model_n_ctx_train(self.handle)
        self.layer_count: int = api.llama_model_n_layer(self.handle)
        self.window_tokens: int = api.llama_model_n_swa(self.handle)
        # A recurrent state holds all tokens at once: none can be taken back out of it.
        self.is_recurrent: bool = api.llama_model_is_recurrent(
            self.handle
        ) or api.llama_model_is_hybrid(self.handle)
        self.weight_bytes: int = api.llama_model_size(self.handle)
        self.vocabulary_tokens: int = api.llama_vocab_n_tokens(self.vocabulary)
        # Control tokens that mean something to the reader of a reply: their text is given too.
        self.markers: frozenset[int] = frozenset()
        # Bytes of tokens that replies had; asking llama.cpp takes ten times as long.
        self._pieces: dict[int, bytes] = {}

    def text_of(self, key: str) -> str:
        """A metadata value as llama.cpp prints it; empty when there is none."""
        size = 64
        while True:
            buffer = ctypes.create_string_buffer(size)
            length = self._api.llama_model_meta_val_str(self.handle, key.encode(), buffer, size)
            if length < size:
                return buffer.value.decode("utf-8", "replace") if length >= 0 else ""
            size = length + 1

    def chat_template(self) -> str | None:
        """The template that the model brings, or None."""
        source = self._api.llama_model_chat_template(self.handle, None)
        return None if source is None else source.decode("utf-8", "replace")

    def boundary_texts(self) -> tuple[str, str]:
        """The texts of the tokens BOS and EOS; empty when the model has none."""
        api, vocabulary = self._api, self.vocabulary
        tokens = (api.llama_vocab_bos(vocabulary), api.llama_vocab_eos(vocabulary))
        texts = [self._piece_of(token, special=True) if token >= 0 else b"" for token in tokens]
        return texts[0].decode("utf-8", "replace"), texts[1].decode("utf-8", "replace")

    def tokenize(self, text: str) -> list[int]:
        """Tokens of a rendered prompt: control tokens recognized, BOS put first if it is due."""
        found = self._tokens(text, special=True)
        bos: int = self._api.llama_vocab_bos(self.vocabulary)
        if self._api.llama_vocab_get_add_bos(self.vocabulary) and bos >= 0 and found[:1] != [bos]:
            found.insert(0, bos)
        return found

    def tokenize_text(self, text: str) -> list[int]:
        """Tokens of a whole text, begun and ended as the model was trained to read texts."""
        return self._tokens(text, special=True, bounds=True)

    def tokenize_piece(self, text: str) -> list[int]:
        """Tokens of a later piece of a rendered prompt: no BOS is put first."""
        return self._tokens(text, special=True)

    def control_texts(self, tokens: Iterable[int]) -> set[str]:
        """The texts of the control tokens among these."""
        api, vocabulary = self._api, self.vocabulary
        controls = {each for each in set(tokens) if api.llama_vocab_is_control(vocabulary, each)}
        return {self.text_piece(each) for each in controls} - {""}

    def tokenize_part(self, text: str) -> list[int]:
        """Tokens of a text inside a prompt: what looks like a control token is plain text."""
        return self._tokens(text, special=False)

    def plain_tokens(self, text: str) -> list[int]:
        """Tokens of a text that is no prompt: control tokens are text, BOS is put first if due."""
        bos = self.leading_token()
        return ([] if bos is None else [bos]) + list(self._tokens(text, special=False))

    def leading_token(self) -> int | None:
        """The BOS that texts begin with; None where they begin without."""
        bos: int = self._api.llama_vocab_bos(self.vocabulary)
        return bos if self._api.llama_vocab_get_add_bos(self.vocabulary) and bos >= 0 else None

    def _tokens(self, text: str, *, special: bool, bounds: bool = False) -> list[int]:
        data = text.encode("utf-8", "replace")
        size = len(data) + 16
        tokens, count = self._tokenized(data, size, bounds, special)
        if count < 0:  # it says what it needs: a vocabulary of bytes has three for each space
            tokens, count = self._tokenized(data, -count, bounds, special)
        if count < 0:
            raise EngineError("The prompt of {count} bytes cannot be tokenized.", count=len(data))
        return tokens[:count]

    def _tokenized(self, data: bytes, size: int, *flags: bool) -> tuple[Any, int]:
        """`flags`: whether to add the tokens at a text's bounds, to recognize control tokens."""
        tokens = (ctypes.c_int32 * size)()
        count: int = self._api.llama_tokenize(
            self.vocabulary, data, len(data), tokens, size, *flags
        )
        return tokens, count

    def piece(self, token: int) -> bytes:
        """The bytes that a token of the reply stands for; control tokens stand for none."""
        found = self._pieces.get(token)
        if found is None:
            if len(self._pieces) >= _MOST_PIECES:
                self._pieces.clear()
            found = self._pieces[token] = self._piece_of(token, special=token in self.markers)
        return found

    def text_piece(self, token: int) -> str:
        """A token as text, control tokens by their names."""
        return self._piece_of(token, special=True).decode("utf-8", "replace")

    def token_text(self, token: int) -> bytes | None:
        """A token as the vocabulary has it, not as text."""
        return self._api.llama_vocab_get_text(self.vocabulary, token)

    def special_tokens(self) -> tuple[int, ...]:
        """The kind of the vocabulary, whether texts begin with BOS, BOS and EOS."""
        api, vocabulary = self._api, self.vocabulary
        return (
            api.llama_vocab_type(vocabulary),
            api.llama_vocab_get_add_bos(vocabulary),
            api.llama_vocab_bos(vocabulary),
            api.llama_vocab_eos(vocabulary),
        )

    def find_markers(self, texts: Iterable[str]) -> None:
        """Make those of `texts` that are one control token each the markers of replies."""
        found = (self._tokens(text, special=True) for text in texts)
        self.markers = frozenset(tokens[0] for tokens in found if len(tokens) == 1)
        self._pieces.clear()

    def infill(self, prefix: str, suffix: str) -> list[int]:
        """The prompt for the text between two texts. Raises `RequestError` without such tokens."""
        api, vocabulary = self._api, self.vocabulary
        before, after, middle = (
            api.llama_vocab_fim_pre(vocabulary),
            api.llama_vocab_fim_suf(vocabulary),
            api.llama_vocab_fim_mid(vocabulary),
        )
        if min(before, after, middle) < 0:
            raise RequestError(
                "This model was not trained to fill in the middle of a text: it has no tokens for "
                "it. Choose a model for code that has."
            )
        head = self.tokenize("")  # BOS, where it is due
        return [
            *head,
            before,
            *self._tokens(prefix, special=False),
            after,
            *self._tokens(suffix, special=False),
            middle,
        ]

    def _piece_of(self, token: int, *, special: bool) -> bytes:
        size = _USUAL_PIECE
        while True:  # the buffer is a thread's own
            buffer = ctypes.create_string_buffer(size)
            length: int = self._api.llama_token_to_piece(
                self.vocabulary, token, buffer, size, 0, special
            )
            if length >= 0:
                return buffer.raw[:length]
            size = -length  # tokens have no longest length: this one says what it needs

    def ends_reply(self, token: int) -> bool:
        """Whether the model ends its reply with this token."""
        return self._api.llama_vocab_is_eog(self.vocabulary, token)

    def close(self) -> None:
        """Free the weights; contexts must be closed before."""
        self._api.llama_model_free(self.handle)


def _progress(on_fraction: Callable[[float], None]) -> Callable[[float, object], bool]:
    """llama.cpp reports every tensor; a report for each percent is enough."""
    last = -1

    def report(fraction: float, _user_data: object) -> bool:
        nonlocal last
        percent = int(fraction * 100)
        if percent > last:
            last = percent
            on_fraction(fraction)
        return True

    return report
