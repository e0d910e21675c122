"""Requests as prompts: rendered by the model's chat template and cut into tokens.

All of it happens in another thread than the one that decodes, because a template may take seconds
and a long text many milliseconds: the replies in the making go on meanwhile.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

import msgspec

from app.domain.engine import ChatMessage, GenerationRequest
from app.domain.errors import EngineError, RequestError
from backends.llama_cpp.model import Model
from backends.llama_cpp.reply_format import CHATML, format_of
from backends.llama_cpp.tool_grammar import binding_of
from backends.prompt_counts import PromptCounter
from backends.reply_clock import ReplyClock
from backends.reply_content import ENDING_CHARACTERS, Prepared, Prompt, refuse_too_long
from backends.template_renderer import TemplateRenderer


class Prompts:
    """Makes the prompts of one model. `close` may come while another thread is in a call."""

    def __init__(self, model: Model, renderer: TemplateRenderer, context_tokens: int) -> None:
        self._model = model
        self._renderer = renderer
        self._context_tokens = context_tokens
        source = model.chat_template() or CHATML
        renderer.use(source, *model.boundary_texts())
        self.form = format_of(source)
        model.find_markers(self.form.markers())
        # Held while the vocabulary is used, which the end of the model frees.
        self._lock = threading.Lock()
        self._closed = False
        self.counter = PromptCounter(self)

    def prepare(self, request: GenerationRequest) -> Prepared:
        """The prompt of a request. Raises `RequestError`."""
        clock = ReplyClock(self._context_tokens)
        binding = binding_of(request, self.form)
        prompt = msgspec.structs.replace(self.prompt(request), binding=binding)
        trained = self._model.trained_context_tokens
        refuse_too_long(len(prompt.tokens), self._context_tokens, trained)
        return Prepared(request, prompt, clock)

    def prompt(self, request: GenerationRequest) -> Prompt:
        """The prompt, however long it is. Raises `RequestError`."""
        if request.prompt is None:
            text = self._renderer.render(
                request.messages,
                request.tools,
                request.template_options,
                continue_reply=request.continue_reply,
            )
            return Prompt(self._tokens(text), text[-ENDING_CHARACTERS:], self.form)
        tokens = self._tokens(request.prompt, request.suffix)
        if not tokens:
            raise RequestError("The prompt is empty. Give the model a text to go on from.")
        return Prompt(tokens, "", self.form)

    # What the counter asks.

    def rendered(self, messages: Sequence[ChatMessage], *, continue_reply: bool) -> str:
        """The text of a prompt. Raises `RequestError`."""
        return self._renderer.render(messages, continue_reply=continue_reply)

    def tokens_of(self, text: str, *, is_first: bool) -> Sequence[int]:
        """The tokens of a piece of a prompt."""
        return self._tokens(text, is_first=is_first)

    def control_texts(self, tokens: Sequence[int]) -> set[str]:
        """The texts of the control tokens among these."""
        with self._lock:
            return set() if self._closed else self._model.control_texts(tokens)

    def close(self) -> None:
        """No prompt is made any more; one that is being made ends with an error."""
        self._renderer.close()
        with self._lock:
            self._closed = True

    def _tokens(self, text: str, suffix: str | None = None, *, is_first: bool = True) -> list[int]:
        with self._lock:
            if self._closed:
                raise EngineError("The model was ejected. Load it again to go on.")
            if suffix is not None:
                return self._model.infill(text, suffix)
            return self._model.tokenize(text) if is_first else self._model.tokenize_piece(text)
