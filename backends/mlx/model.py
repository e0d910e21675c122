"""A model and its tokenizer in this process: weights, prompt tokens, and what ends a reply."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from app.domain.engine import ChatMessage, GenerationRequest, Tool
from app.domain.errors import (
    AppError,
    EngineError,
    MemoryShortError,
    ModelFileError,
    ModelUnsupportedError,
    RequestError,
    TemplateError,
)
from app.domain.words import Sentence, sentence
from backends.llama_cpp.reply_format import CHATML, format_of
from backends.mlx.folder import MlxFolder
from backends.mlx.library import Mlx
from backends.mlx.token_bytes import TokenBytes
from backends.prompt_counts import PromptCounter
from backends.reply_content import ENDING_CHARACTERS, Prompt
from backends.template_renderer import TemplateOption, TemplateRenderer

_MEMORY_SIGNS = ("out of memory", "insufficient memory", "unable to allocate", "bad_alloc")


class Model:
    """Weights and vocabulary of one folder; the weights are read by `read_weights`."""

    def __init__(self, mlx: Mlx, folder: MlxFolder) -> None:
        """Build the model without its weights. Raises `ModelError`."""
        self._mlx = mlx
        self.folder = folder
        self.network: Any
        self.network, config = build_network(
            mlx, folder.path, folder.path.name, folder.architecture
        )
        self.layer_count = len(getattr(self.network, "layers", ()))
        self._tokenizer = _tokenizer(mlx, folder, config)
        decoder = _decoder(self._tokenizer)
        self._form = format_of(folder.chat_template or "")
        self._bytes = TokenBytes(
            self._tokenizer, is_byte_level=decoder == "ByteLevel", shown=self._form.markers()
        )
        self.vocabulary_size = len(self._tokenizer)
        self.ends: frozenset[int] = frozenset(self._tokenizer.eos_token_ids)
        self.drops_first_space = "Strip" in decoder
        self._renderer = TemplateRenderer()
        self._renderer.use(folder.chat_template or CHATML, folder.bos_text, folder.eos_text)
        self.counter = PromptCounter(self)

    @property
    def has_template(self) -> bool:
        """Whether the model brings a chat template of its own."""
        return self.folder.chat_template is not None or bool(self._tokenizer.has_chat_template)

    def read_weights(self, on_fraction: Callable[[float], None]) -> None:
        """Read all weights, a tensor at a time. Raises `MemoryShortError` and `EngineError`."""
        self._renderer.start()  # it is ready when the weights are
        tensors = [value for _, value in self._mlx.tree_flatten(self.network.parameters())]
        whole = sum(tensor.nbytes for tensor in tensors) or 1
        done, last = 0, -1
        try:
            for tensor in tensors:
                self._mlx.core.eval(tensor)
                done += tensor.nbytes
                percent = done * 100 // whole
                if percent > last:
                    last = percent
                    on_fraction(done / whole)
        except (RuntimeError, ValueError) as error:
            raise runtime_error(
                error, sentence("reading {name}", name=self.folder.path.name)
            ) from error

    def prompt(self, request: GenerationRequest) -> Prompt:
        """The tokens of the prompt that `request` makes. Raises `RequestError`."""
        if request.suffix is not None:
            raise RequestError("The MLX engine cannot fill in a text between two others.")
        if request.prompt is not None:
            tokens: list[int] = self._tokenizer.encode(request.prompt)
            if not tokens:
                raise RequestError("The prompt is empty. Give the model a text to go on from.")
            return Prompt(tokens, "", self._form)
        text = self._text(
            request.messages,
            request.tools,
            request.template_options,
            continue_reply=request.continue_reply,
        )
        tokens = self._tokenizer.encode(text, add_special_tokens=False)
        return Prompt(tokens, text[-ENDING_CHARACTERS:], self._form)

    def _text(
        self,
        messages: Sequence[ChatMessage],
        tools: Sequence[Tool] = (),
        options: Mapping[str, TemplateOption] = {},
        *,
        continue_reply: bool,
    ) -> str:
        """A prompt, by the model's template or by the one that mlx-lm has as a program."""
        if self.folder.chat_template is not None or not self._tokenizer.has_chat_template:
            return self._renderer.render(messages, tools, options, continue_reply=continue_reply)
        if tools or continue_reply:
            raise TemplateError("The MLX engine gives this architecture neither tools nor drafts.")
        plain = [{"role": one.role, "content": one.content} for one in messages]
        try:
            text: str = self._tokenizer.apply_chat_template(
                plain, tokenize=False, add_generation_prompt=True, **options
            )
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            raise TemplateError(
                "The chat template of this architecture refuses this chat: {error}.",
                error=str(error),
            ) from error
        return text

    # What the counter asks.

    def rendered(self, messages: Sequence[ChatMessage], *, continue_reply: bool) -> str:
        """The text of a prompt. Raises `RequestError`."""
        return self._text(messages, continue_reply=continue_reply)

    def tokens_of(self, text: str, *, is_first: bool) -> Sequence[int]:
        """The tokens of a piece of a prompt; templates write what a prompt begins with."""
        return self._tokenizer.encode(text, add_special_tokens=False)

    def control_texts(self, tokens: Sequence[int]) -> set[str]:
        """The texts of the control tokens among these."""
        special = set(self._tokenizer.all_special_ids) & set(tokens)
        return set(self._tokenizer.convert_ids_to_tokens(sorted(special)))

    def close(self) -> None:
        """Let the weights go."""
        self._renderer.close()
        self.network = None

    def piece(self, token: int) -> bytes:
        """The bytes that a token of the reply stands for; control tokens stand for none."""
        return self._bytes.of(token)

    def ends_reply(self, token: int) -> bool:
        """Whether the model ends its reply with this token."""
        return token in self.ends


def build_network(
    mlx: Mlx, folder: Path, name: str, architecture: str
) -> tuple[Any, dict[str, Any]]:
    """The model's classes with lazy weights, and its configuration. Raises `ModelError`."""
    try:
        return mlx.utils.load_model(folder, lazy=True, strict=True)
    except ValueError as error:
        if "not supported" in str(error):
            raise ModelUnsupportedError(
                "{name} is a model of the architecture “{architecture}”, which this version of "
                "mlx-lm does not know. A newer engine may know it.",
                name=name,
                architecture=architecture,
            ) from error
        raise _refused(name, error) from error
    except (OSError, RuntimeError, TypeError, LookupError, AttributeError) as error:
        raise _refused(name, error) from error


def _tokenizer(mlx: Mlx, folder: MlxFolder, config: dict[str, Any]) -> Any:
    try:
        return mlx.utils.load_tokenizer(folder.path, eos_token_ids=config.get("eos_token_id"))
    except (OSError, ValueError, TypeError, LookupError, AttributeError, ImportError) as error:
        raise ModelFileError(
            "The tokenizer of {name} cannot be read: {cause}. Download the model again.",
            name=folder.path.name,
            cause=_words(error),
        ) from error


def _decoder(tokenizer: Any) -> str:
    """The decoder of a fast tokenizer: "ByteLevel", or its steps, such as "Replace Strip"."""
    fast = getattr(tokenizer, "backend_tokenizer", None)
    if fast is None or fast.decoder is None:
        return ""
    described = json.loads(fast.decoder.__getstate__())
    return " ".join(step["type"] for step in described.get("decoders", [described]))


def _refused(name: str, error: Exception) -> ModelFileError:
    return ModelFileError(
        "mlx-lm refuses {name}: {cause}. The folder may be damaged: download it again.",
        name=name,
        cause=_words(error),
    )


def runtime_error(error: Exception, doing: Sentence) -> AppError:
    """What a failure of MLX itself means to the user."""
    if any(sign in str(error).lower() for sign in _MEMORY_SIGNS):
        return MemoryShortError(
            "MLX ran out of memory while {doing}. Choose a smaller context, KV type q8_0 or a "
            "smaller quantization, or close other programs.",
            doing=doing,
        )
    return EngineError("MLX failed while {doing}: {cause}.", doing=doing, cause=_words(error))


def _words(error: BaseException) -> str:
    return (" ".join(str(error).split()).rstrip(".") or type(error).__name__)[:300]
