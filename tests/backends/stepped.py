"""The llama.cpp engine in the test's own process, moved on step by step."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from pathlib import Path

from app.domain.engine import (
    ChatMessage,
    Finished,
    GenerationEvent,
    GenerationRequest,
    ReasoningDelta,
    Sampling,
    TextDelta,
)
from app.domain.errors import AppError
from app.domain.load_options import LoadOptions, LoadPlan
from backends.llama_cpp.engine import LlamaCppModel, load_model
from backends.protocol import Answer, Question

GREEDY = Sampling(temperature=0.0)
Event = GenerationEvent | Answer | AppError


def ask(text: str, **options: object) -> GenerationRequest:
    """A question that is answered the same each time."""
    return chat(ChatMessage("user", text), **options)


def chat(*messages: ChatMessage, **options: object) -> GenerationRequest:
    """A longer chat that is answered the same each time."""
    return GenerationRequest(messages=messages, **{"sampling": GREEDY, **options})


class Stepped:
    """A loaded model and the events of its requests, in the order they came."""

    def __init__(self, path: Path, states: Path | None = None, **options: object) -> None:
        # One thread: two of them wait for each other when the machine is busy.
        chosen = LoadOptions(**{"context_tokens": 2048, "threads": 1, **options})
        plan = LoadPlan(
            name="starter",
            path=os.fsencode(path),
            options=chosen,
            state_folder=None if states is None else os.fsencode(states),
            state_limit_bytes=32 * 2**20,
        )
        self.events: list[tuple[int, Event]] = []
        self.model: LlamaCppModel = load_model(
            plan, lambda _: None, lambda request_id, event: self.events.append((request_id, event))
        )
        self._ids = itertools.count(1)

    def submit(self, request: GenerationRequest) -> int:
        """Take a request up; its number."""
        request_id = next(self._ids)
        self.model.submit(request_id, self.model.prepare(request))
        return request_id

    def submit_question(self, make: Callable[[int], Question]) -> int:
        """Ask something that is answered step by step; its number."""
        request_id = next(self._ids)
        self.model.answer(make(request_id))
        return request_id

    def step(self) -> list[tuple[int, Event]]:
        """The events of one step."""
        before = len(self.events)
        self.model.step()
        return self.events[before:]

    def run(self) -> None:
        """Step until nothing is left to do."""
        while self.model.is_busy:
            self.model.step()

    def reply(self, request: GenerationRequest) -> str:
        """The text of a reply that is made alone."""
        request_id = self.submit(request)
        self.run()
        return self.text(request_id)

    def of(self, request_id: int) -> list[Event]:
        """The events of one request."""
        return [event for each, event in self.events if each == request_id]

    def text(self, request_id: int) -> str:
        """The reply so far; raises what the request ended with."""
        for event in self.of(request_id):
            if isinstance(event, AppError):
                raise event
        return "".join(event.text for event in self.of(request_id) if isinstance(event, TextDelta))

    def reasoning(self, request_id: int) -> str:
        """What the model thought so far."""
        events = self.of(request_id)
        return "".join(event.text for event in events if isinstance(event, ReasoningDelta))

    def end(self, request_id: int) -> Finished:
        """How the request ended."""
        last = self.of(request_id)[-1]
        assert isinstance(last, Finished), last
        return last

    def forget(self) -> None:
        """Empty all slots, as if nothing had been asked before."""
        self.model._context.clear()
        for slot in self.model._scheduler._slots._slots:
            slot.tokens.clear()

    def close(self) -> None:
        """Free the model."""
        self.model.close()
