"""The one tree of errors that a user may see.

`str(error)` is a sentence fit for the user: the cause, the numbers, and the next step. It is
English; the window shows `error.said()`, which is the same in its language.

    AppError
    ├── UsageError               an option or a value that makes no sense (exit status 2)
    ├── ModelError               something about the model itself
    │   ├── ModelNotFoundError       there is no such file, folder or name
    │   ├── ModelFileError           not a model, cut short, damaged, or hostile
    │   ├── ModelUnsupportedError    whole, but nothing here can run it
    │   └── ModelKeptError           another program's or in use: it is not removed here
    ├── MemoryShortError         it does not fit into the memory of this machine
    │   ├── RoomNeededError          it fits as soon as other loaded models are ejected
    │   └── EngineMemoryError        the engine's process ended for want of it
    ├── EngineError              the engine, not the model, is the trouble
    │   ├── EngineMissingError       not installed, or its library does not load
    │   ├── EngineDiedError          its process ended in the middle of something
    │   └── EngineSilentError        its process lives and does not answer
    ├── RequestError             a request that the loaded model cannot serve
    │   ├── PromptTooLongError       the prompt does not fit into the context
    │   │   └── ContextFullError         so it was not sent: what is to be left out is open
    │   ├── QueueFullError           too many requests wait already
    │   ├── TemplateError            the model's chat template failed or ran too long
    │   └── SchemaError              a JSON schema or grammar that cannot be used
    ├── NetworkError             a server or the way to it
    │   ├── OfflineError             offline by the user's switch, or without a connection
    │   ├── RateLimitError           a server that allows no more requests for now
    │   ├── RepositoryError          no such repository, or no model in it
    │   ├── GatedError               the repository asks for a token or an agreement
    │   ├── KeyRefusedError          a model server refuses the key
    │   ├── ServerReplyError         a model server answered, and not as it should
    │   └── DownloadError            a transfer that cannot go on, or a wrong checksum
    ├── StoreError               chats or settings cannot be read or written
    │   └── DiskFullError            the disk has too little room
    ├── DisplayMissingError      there is no display to open a window on
    └── AlreadyRunningError      another process has the window open, and does not answer
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from app.domain.words import Sentence

if TYPE_CHECKING:
    from app.domain.context_look import ContextLook
    from app.domain.model import ModelRef


Value: TypeAlias = "str | int | float | Sentence | AppError"


class AppError(Exception):
    """Root of all errors that are shown to the user as a sentence.

    It is made of a constant with `{name}` in it for each of the values: only so can it be said in
    another language. A value may be an error or a sentence itself.
    """

    def __init__(self, template: str | Sentence, /, **values: Value) -> None:
        parts = {
            name: value.sentence if isinstance(value, AppError) else value
            for name, value in values.items()
        }
        self.sentence = template if isinstance(template, Sentence) else Sentence(template, parts)
        super().__init__(str(self.sentence))

    def said(self) -> str:
        """The sentence in the language that the window has set."""
        return self.sentence.said()


class UsageError(AppError):
    """An option or a value that makes no sense."""


class ModelError(AppError):
    """Something about the model itself."""


class ModelNotFoundError(ModelError):
    """There is no such file, folder or name."""


class ModelFileError(ModelError):
    """The file is not a model, is cut short, damaged, or hostile."""


class ModelUnsupportedError(ModelError):
    """The model is whole, but nothing here can run it."""


class ModelKeptError(ModelError):
    """The model belongs to another program or is in use, so it is not removed here."""


class MemoryShortError(AppError):
    """It does not fit into the memory of this machine.

    The numbers are of the device that is short; 0 where it is not known which.
    """

    def __init__(
        self,
        template: str | Sentence,
        /,
        *,
        needed_bytes: int = 0,
        free_bytes: int = 0,
        **values: Value,
    ) -> None:
        super().__init__(template, **values)
        self.needed_bytes = needed_bytes
        self.free_bytes = free_bytes


class EngineMemoryError(MemoryShortError):
    """The engine's process ended, because the memory ran out."""


class RoomNeededError(MemoryShortError):
    """It fits as soon as the loaded models in `leaving` are ejected."""

    def __init__(
        self, template: str | Sentence, leaving: tuple[ModelRef, ...], /, **values: Value
    ) -> None:
        super().__init__(template, needed_bytes=0, free_bytes=0, **values)
        self.leaving = leaving


class EngineError(AppError):
    """The engine, not the model, is the trouble."""


class EngineMissingError(EngineError):
    """The engine is not installed, or its library does not load."""


class EngineDiedError(EngineError):
    """The engine's process ended in the middle of something.

    `crashed`: by a fault of its own code (a signal such as SIGSEGV, a failed assertion), so that a
    safer configuration may help; not by being killed or by running out of memory.
    """

    def __init__(
        self, template: str | Sentence, /, *, crashed: bool = False, **values: Value
    ) -> None:
        super().__init__(template, **values)
        self.crashed = crashed


class EngineSilentError(EngineError):
    """The engine's process lives and does not answer."""


class RequestError(AppError):
    """A request that the loaded model cannot serve."""


class PromptTooLongError(RequestError):
    """The prompt does not fit into the context."""


class ContextFullError(PromptTooLongError):
    """A question was not sent, because the chat does not fit and nothing is to be left out."""

    def __init__(self, template: str | Sentence, look: ContextLook, /, **values: Value) -> None:
        super().__init__(template, **values)
        self.look = look


class QueueFullError(RequestError):
    """Too many requests wait for this model already."""


class TemplateError(RequestError):
    """The model's chat template failed or ran too long."""


class SchemaError(RequestError):
    """A JSON schema or grammar that cannot be used."""


class NetworkError(AppError):
    """A server, or the way to it."""


class OfflineError(NetworkError):
    """Offline by the user's switch, or without a connection."""


class RateLimitError(NetworkError):
    """A server that allows no more requests for now."""


class RepositoryError(NetworkError):
    """No such repository, or no model in it."""


class GatedError(NetworkError):
    """The repository asks for a token or an agreement."""


class KeyRefusedError(NetworkError):
    """A model server refuses the key."""


class ServerReplyError(NetworkError):
    """A model server answered, and not as it should."""


class DownloadError(NetworkError):
    """A transfer that cannot go on, or a wrong checksum."""


class StoreError(AppError):
    """Chats or settings cannot be read or written."""


class DiskFullError(StoreError):
    """The disk has too little room."""


class DisplayMissingError(AppError):
    """There is no display to open a window on."""


class AlreadyRunningError(AppError):
    """Another process has the window open, and does not answer."""
