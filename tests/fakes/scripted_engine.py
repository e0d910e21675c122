"""An engine that streams a given text at a given rate, and fails where it is told to.

It obeys the protocols of `app.domain.engine`: progress while loading, timings with every event,
cancellation by closing the iterator, and errors of the one tree.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import msgspec

from app.domain.context_plan import ContextCount
from app.domain.engine import (
    Capabilities,
    ChatMessage,
    Finished,
    FinishReason,
    GenerationEvent,
    GenerationRequest,
    PromptProgress,
    SessionInfo,
    TextDelta,
    Timings,
)
from app.domain.errors import AppError, EngineError
from app.domain.load_options import LoadOptions, LoadPlan, LoadProgress
from app.domain.tuning import Tuning
from app.domain.words import Sentence
from backends.llama_cpp.text import ReplyText

CONTEXT_TOKENS = 4096


@dataclass
class Script:
    """What the engine does. A gate that is set to an unset event holds it at that point."""

    text: str = "The quick brown fox jumps over the lazy dog."
    # None: as fast as the loop turns.
    tokens_per_second: float | None = None
    prompt_tokens: int = 24
    # Raise `error` in place of this token, counted from 0.
    fail_at_token: int | None = None
    error: AppError | None = None
    load_error: AppError | None = None
    notice: Sentence | None = None
    context_tokens: int = CONTEXT_TOKENS
    # Whether it counts chats before they are sent: a token for each word, and two for each message.
    counts: bool = False
    load_gate: asyncio.Event | None = None
    # What a measurement finds, and what holds it up.
    tuning: Tuning | None = None
    tuning_gate: asyncio.Event | None = None
    # Holds the prompt when half of it is read.
    prompt_gate: asyncio.Event | None = None
    token_gates: dict[int, asyncio.Event] = field(default_factory=dict)

    def tokens(self) -> list[str]:
        """The text in pieces of about a word, as tokenizers cut it."""
        return re.findall(r"\s*\S+|\s+$", self.text)


class ScriptedSession:
    """One "loaded" model; notes what it was asked."""

    def __init__(self, info: SessionInfo, script: Script, process_id: int | None) -> None:
        self._info = info
        self._script = script
        self._process_id = process_id
        self.requests: list[GenerationRequest] = []
        self.cancelled_count = 0
        self.is_closed = False

    @property
    def info(self) -> SessionInfo:
        return self._info

    @property
    def process_id(self) -> int | None:
        return self._process_id

    async def generate(self, request: GenerationRequest) -> AsyncIterator[GenerationEvent]:
        """Stream the script's text."""
        self.requests.append(request)
        self._require_open()
        clock = _Clock(self._script.prompt_tokens, self._script.context_tokens)
        try:
            yield PromptProgress(clock.prompt(self._script.prompt_tokens // 2))
            if self._script.prompt_gate is not None:
                await self._script.prompt_gate.wait()
            yield PromptProgress(clock.prompt(self._script.prompt_tokens))
            reason: FinishReason = "stop"
            text = ReplyText(request.stop)
            for number, token in enumerate(self._script.tokens()):
                if request.max_tokens is not None and number >= request.max_tokens:
                    reason = "length"
                    break
                await self._wait_for(number, clock)
                yield TextDelta(text.feed(token.encode()), clock.token())
                if text.stopped:
                    break
            if rest := text.finish():
                yield TextDelta(rest, clock.timings())
            yield Finished(reason, clock.timings())
        except (GeneratorExit, asyncio.CancelledError):
            self.cancelled_count += 1
            raise

    def _require_open(self) -> None:
        if self.is_closed:
            raise EngineError("The model was ejected. Load it again to go on.")

    @property
    def is_idle(self) -> bool:
        return True

    async def tune(self, on_progress: Callable[[float], None]) -> Tuning | None:
        """Half of it at once, the rest behind the gate."""
        on_progress(0.5)
        if self._script.tuning_gate is not None:
            await self._script.tuning_gate.wait()
        return self._script.tuning

    async def _wait_for(self, number: int, clock: _Clock) -> None:
        script = self._script
        if number == script.fail_at_token:
            raise script.error or AppError("The script fails here.")
        if number in script.token_gates:
            await script.token_gates[number].wait()
        due = 0.0 if script.tokens_per_second is None else number / script.tokens_per_second
        # Against the start, not the last token: the rate holds however late the loop turns.
        await asyncio.sleep(max(0.0, due - clock.elapsed()))
        self._require_open()

    async def close(self) -> None:
        self.is_closed = True


class CountingScriptedSession(ScriptedSession):
    """One that tells what a chat takes; `counted` has the last messages that it was asked about."""

    def __init__(self, info: SessionInfo, script: Script, process_id: int | None) -> None:
        super().__init__(info, script, process_id)
        self.counted: list[str] = []

    async def count_context(
        self,
        earlier: tuple[ChatMessage, ...],
        last: ChatMessage,
        *,
        continue_reply: bool = False,
        is_sent: bool = False,
    ) -> ContextCount:
        """Words and marks."""
        self.counted.append(last.content)
        return ContextCount(1, tuple(2 + len(each.content.split()) for each in (*earlier, last)))


class _Clock:
    """Counts tokens and time as an engine does."""

    def __init__(self, prompt_tokens: int, context_tokens: int) -> None:
        self._context_tokens = context_tokens
        self._now = asyncio.get_running_loop().time
        self._start = self._now()
        self._prompt_tokens = prompt_tokens
        self._evaluated = self._completion = 0
        self._first_at: float | None = None

    def elapsed(self) -> float:
        return self._now() - self._start

    def prompt(self, evaluated: int) -> Timings:
        self._evaluated = evaluated
        return self.timings()

    def token(self) -> Timings:
        self._completion += 1
        self._first_at = self.elapsed() if self._first_at is None else self._first_at
        return self.timings()

    def timings(self) -> Timings:
        elapsed, first = self.elapsed(), self._first_at
        prompt_seconds = elapsed if first is None else first
        decode_seconds = 0.0 if first is None else elapsed - first
        return Timings(
            elapsed_ms=elapsed * 1000,
            prompt_tokens=self._prompt_tokens,
            cached_tokens=0,
            evaluated_tokens=self._evaluated,
            completion_tokens=self._completion,
            ttft_ms=None if first is None else first * 1000,
            prefill_tps=self._evaluated / prompt_seconds if prompt_seconds > 0 else None,
            decode_tps=(self._completion - 1) / decode_seconds if decode_seconds > 0 else None,
            context_used_tokens=self._evaluated + self._completion,
            context_tokens=self._context_tokens,
        )


def scripted_info(
    name: str, options: LoadOptions | None = None, notice: Sentence | None = None
) -> SessionInfo:
    """What a session says of itself."""
    return SessionInfo(
        model_name=name,
        architecture="llama",
        engine_name="scripted",
        engine_version="1",
        device="CPU",
        context_tokens=CONTEXT_TOKENS,
        trained_context_tokens=CONTEXT_TOKENS,
        gpu_layers=0,
        layer_count=30,
        load_ms=1.0,
        options=options or LoadOptions(),
        capabilities=Capabilities(),
        notice=notice,
    )


class ScriptedEngine:
    """Loads anything. `sessions` keeps all that were made."""

    def __init__(self, script: Script | None = None, process_id: int | None = None) -> None:
        self.script = script or Script()
        self.sessions: list[ScriptedSession] = []
        self._process_id = process_id

    async def load(
        self, plan: LoadPlan, on_progress: Callable[[LoadProgress], None]
    ) -> ScriptedSession:
        """Report a load in four steps, then offer a session."""
        on_progress(LoadProgress("starting", 0.0))
        for step in (0.0, 0.43, 1.0):
            on_progress(LoadProgress("reading", step))
            if step == 0.43 and self.script.load_gate is not None:
                await self.script.load_gate.wait()
            await asyncio.sleep(0)
        if self.script.load_error is not None:
            raise self.script.load_error
        info = scripted_info(plan.name, plan.options, self.script.notice)
        info = msgspec.structs.replace(info, context_tokens=self.script.context_tokens)
        kind = CountingScriptedSession if self.script.counts else ScriptedSession
        session = kind(info, self.script, self._process_id)
        self.sessions.append(session)
        return session
