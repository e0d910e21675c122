"""Engines that run on this computer: each loaded model lives in a worker process of its own."""

from __future__ import annotations

import itertools
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from pathlib import Path

import msgspec

from app.domain.chances import PromptToken
from app.domain.context_plan import ContextCount
from app.domain.engine import (
    ChatMessage,
    Embedding,
    Finished,
    GenerationEvent,
    GenerationRequest,
    SessionInfo,
)
from app.domain.errors import AppError
from app.domain.load_options import Adapter, LoadPlan, LoadProgress
from app.domain.scoring import Score, ScoreProgress, ScoreRequest
from app.domain.tuning import Tuning
from app.domain.words import Sentence, sentence
from backends.engine_log import EngineLog
from backends.process import Channel, WorkerProcess
from backends.protocol import (
    Cancel,
    ContextCounted,
    CountContext,
    Counted,
    CountTokens,
    Embed,
    Embedded,
    Failed,
    ForgetChats,
    Generate,
    Generated,
    KeepStates,
    Load,
    Loaded,
    Loading,
    PromptRead,
    Question,
    ReadPrompt,
    Report,
    Scored,
    ScoringProgress,
    SetAdapters,
    Tune,
    Tuned,
    TuningProgress,
    raised,
)
from backends.protocol import Score as AskScore


class LocalEngine:
    """Loads models into worker processes."""

    def __init__(
        self,
        engine: str,
        run_folder: Path,
        log_path: Path | None = None,
        python_path: Sequence[str] = (),
    ) -> None:
        """`engine` is a name that the worker knows; `run_folder` is its empty working directory.

        `python_path`: folders that the worker imports from first, such as another build.
        """
        self._python_path = tuple(python_path)
        self._engine = engine
        self._run_folder = run_folder
        self._log_path = log_path

    async def load(
        self, plan: LoadPlan, on_progress: Callable[[LoadProgress], None]
    ) -> LocalSession:
        """Start a worker and load the model of `plan` in it. Raises `AppError`."""
        on_progress(LoadProgress("starting", 0.0))
        worker = await WorkerProcess.start(
            self._engine, self._run_folder, EngineLog(self._log_path), self._python_path
        )
        worker.activity = sentence("while it loaded {name}", name=plan.name)
        channel = worker.open_channel(None)
        try:
            worker.send(Load(plan))
            info = await _loaded(channel, on_progress)
        except BaseException:  # a cancelled load too must leave no process behind
            await worker.kill()
            raise
        worker.close_channel(None)
        worker.activity = sentence("while it waited")
        return LocalSession(worker, msgspec.structs.replace(info, notice=_both(plan, info)))


def _both(plan: LoadPlan, info: SessionInfo) -> Sentence | None:
    """What there was to tell before the load, and what it brought up."""
    if plan.notice and info.notice:
        return sentence("{before} {found}", before=plan.notice, found=info.notice)
    return plan.notice or info.notice


async def _loaded(channel: Channel, on_progress: Callable[[LoadProgress], None]) -> SessionInfo:
    while True:
        report = await channel.get()
        if isinstance(report, AppError):
            raise report
        if isinstance(report, Failed):
            raise raised(report)
        if isinstance(report, Loaded):
            return report.info
        if isinstance(report, Loading):
            on_progress(report.progress)


class LocalSession:
    """A model in a worker process."""

    def __init__(self, worker: WorkerProcess, info: SessionInfo) -> None:
        self._worker = worker
        self._info = info
        self._request_ids = itertools.count(1)
        self._open_requests = 0
        # The messages that were counted last, and their number.
        self._counted: tuple[ChatMessage, ...] | None = None
        self._base = 0

    @property
    def info(self) -> SessionInfo:
        return self._info

    @property
    def process_id(self) -> int | None:
        return self._worker.process_id

    async def generate(self, request: GenerationRequest) -> AsyncGenerator[GenerationEvent, None]:
        """Stream one reply. Closing the iterator cancels it. Raises `AppError`."""
        request_id = next(self._request_ids)
        channel = self._worker.open_channel(request_id)
        self._open_requests += 1
        self._worker.activity = sentence("in the middle of a reply")
        self._worker.send(Generate(request_id, _encodable(request)))
        ended = False
        try:
            while not ended:
                report = await channel.get()
                ended = not isinstance(report, Generated) or isinstance(report.event, Finished)
                yield _event(report)
        finally:
            if not ended:
                self._worker.send(Cancel(request_id))
            self._worker.close_channel(request_id)
            self._open_requests -= 1
            if not self._open_requests:
                self._worker.activity = sentence("while it waited")

    async def count_tokens(self, request: GenerationRequest) -> int:
        """The exact tokens of the prompt that `request` makes. Raises `AppError`."""
        answer = await self._ask(CountTokens(next(self._request_ids), _encodable(request)))
        assert isinstance(answer, Counted)
        return answer.tokens

    async def count_context(
        self,
        earlier: tuple[ChatMessage, ...],
        last: ChatMessage,
        *,
        continue_reply: bool = False,
        is_sent: bool = False,
    ) -> ContextCount:
        """The exact tokens of a chat, message by message. Raises `AppError`.

        The worker has the earlier messages still, unless another chat was counted meanwhile.
        """
        is_new = earlier is not self._counted
        if is_new:
            self._counted, self._base = earlier, next(self._request_ids)
        base = self._base
        whole = tuple(map(_encodable_message, earlier)) if is_new else None
        answer = await self._count(base, whole, last, continue_reply=continue_reply)
        if answer is None:
            whole = tuple(map(_encodable_message, earlier))
            answer = await self._count(base, whole, last, continue_reply=continue_reply)
        assert answer is not None, "it was given the messages"
        return answer

    async def _count(
        self,
        base: int,
        earlier: tuple[ChatMessage, ...] | None,
        last: ChatMessage,
        *,
        continue_reply: bool,
    ) -> ContextCount | None:
        number, last = next(self._request_ids), _encodable_message(last)
        answer = await self._ask(CountContext(number, base, earlier, last, continue_reply))
        assert isinstance(answer, ContextCounted)
        return answer.count

    async def read_prompt(
        self, request: GenerationRequest, reply: str, *, measured: bool
    ) -> tuple[PromptToken, ...]:
        """The prompt that `request` makes and a reply to it, token by token. Raises `AppError`."""
        number = next(self._request_ids)
        whole = reply.encode("utf-8", "replace").decode()
        answer = await self._ask(ReadPrompt(number, _encodable(request), whole, measured))
        assert isinstance(answer, PromptRead)
        return answer.tokens

    async def set_adapters(self, adapters: Sequence[Adapter]) -> None:
        """Apply these LoRA adapters from now on, and no others. Raises `AppError`."""
        await self._ask(SetAdapters(next(self._request_ids), tuple(adapters)))

    async def keep_states(self, folder: bytes | None, limit_bytes: int) -> None:
        """Keep evaluated chats in this folder from now on, or nowhere. Raises `AppError`."""
        await self._ask(KeepStates(next(self._request_ids), folder, limit_bytes))

    async def forget_chats(self, conversation_ids: Sequence[int]) -> None:
        """Drop what was evaluated of these chats, and keep nothing of them. Raises `AppError`."""
        await self._ask(ForgetChats(next(self._request_ids), tuple(conversation_ids)))

    async def embed(self, texts: Sequence[str]) -> tuple[Embedding, ...]:
        """A vector for each text, by the model's own pooling. Raises `AppError`."""
        whole = tuple(text.encode("utf-8", "replace").decode() for text in texts)
        answer = await self._ask(Embed(next(self._request_ids), whole))
        assert isinstance(answer, Embedded)
        return answer.embeddings

    async def tune(self, on_progress: Callable[[float], None]) -> Tuning | None:
        """Measure what suits this model on this machine, about ten seconds; it ends without a
        result as soon as anything else is asked. Cancelling the task ends it. Raises `AppError`.
        """
        async with aclosing(self._follow(Tune(next(self._request_ids)))) as reports:
            async for report in reports:
                if isinstance(report, TuningProgress):
                    on_progress(report.fraction)
                elif isinstance(report, Tuned):
                    return report.tuning
        raise AssertionError("a measurement ends with its result")

    async def score(
        self, request: ScoreRequest, on_progress: Callable[[ScoreProgress], None]
    ) -> Score:
        """Score a text, beside the replies. Cancelling the task ends it. Raises `AppError`."""
        whole = request.text.encode("utf-8", "replace").decode()
        request = msgspec.structs.replace(request, text=whole)
        question = AskScore(next(self._request_ids), request)
        async with aclosing(self._follow(question)) as reports:
            async for report in reports:
                if isinstance(report, ScoringProgress):
                    on_progress(report.progress)
                elif isinstance(report, Scored):
                    return report.score
        raise AssertionError("a scoring ends with its score")

    @property
    def is_idle(self) -> bool:
        """Whether no reply is in the making."""
        return self._open_requests == 0

    async def _follow(self, question: Question) -> AsyncGenerator[Report, None]:
        """What is reported until the answer; closing it cancels. Raises `AppError`."""
        channel = self._worker.open_channel(question.request_id)
        self._worker.send(question)
        ended = False
        try:
            while not ended:
                report = await channel.get()
                ended = not isinstance(report, TuningProgress | ScoringProgress)
                if isinstance(report, Failed):
                    raise raised(report)
                if isinstance(report, AppError):
                    raise report
                yield report
        finally:
            if not ended:
                self._worker.send(Cancel(question.request_id))
            self._worker.close_channel(question.request_id)

    async def _ask(self, question: Question) -> Report:
        channel = self._worker.open_channel(question.request_id)
        try:
            self._worker.send(question)
            report = await channel.get()
        finally:
            self._worker.close_channel(question.request_id)
        if isinstance(report, Failed):
            raise raised(report)
        if isinstance(report, AppError):
            raise report
        return report

    async def close(self) -> None:
        """Release the model: its process ends."""
        await self._worker.close()


def _event(report: object) -> GenerationEvent:
    if isinstance(report, Generated):
        return report.event
    if isinstance(report, Failed):
        raise raised(report)
    if isinstance(report, AppError):
        raise report
    raise TypeError(f"{type(report).__name__} is no report about a request")


def _encodable(request: GenerationRequest) -> GenerationRequest:
    """Lone surrogates, which a paste can bring, have no UTF-8: the model gets `?` for them."""
    messages = tuple(map(_encodable_message, request.messages))
    return msgspec.structs.replace(request, messages=messages)


def _encodable_message(message: ChatMessage) -> ChatMessage:
    if message.content.isascii():
        return message
    content = message.content.encode("utf-8", "replace").decode("utf-8")
    return msgspec.structs.replace(message, content=content)
