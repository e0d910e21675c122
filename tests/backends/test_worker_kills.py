"""What ends a process that uses llama.cpp, tried on the worker: it goes on.

Rows that have no logits, tokens that a grammar forbids, grammars that do not parse, several threads
on one context, use after the end. More is in `test_worker_abuse`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.domain.engine import (
    ChatMessage,
    Finished,
    GenerationRequest,
    Sampling,
    TextDelta,
    TokenBias,
)
from backends.llama_cpp.context import CHUNK_TOKENS
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
    Load,
    Loaded,
    PromptRead,
    ReadPrompt,
    Report,
    SetAdapters,
    Shutdown,
    StatesChanged,
    encode_frame,
)
from tests.backends.raw_worker import RawWorker, plan
from tests.backends.stepped import GREEDY, ask

CONTEXT_TOKENS = 1024


def load(worker: RawWorker, starter_path: Path, **options: object) -> None:
    """Load the starter model with room for more than one chunk of a prompt."""
    asked = plan(starter_path)
    chosen = msgspec.structs.replace(
        asked.options, context_tokens=CONTEXT_TOKENS, parallel=4, **options
    )
    worker.send(encode_frame(Load(msgspec.structs.replace(asked, options=chosen))))
    assert isinstance(worker.report(), Loaded)


@pytest.fixture(scope="module")
def worker(starter_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RawWorker]:
    started = RawWorker(tmp_path_factory.mktemp("worker"))
    load(started, starter_path)
    yield started
    started.kill()


def last(worker: RawWorker) -> Finished | Failed:
    """How the only reply in the making ends."""
    while isinstance(report := worker.report(), Generated):
        if isinstance(report.event, Finished):
            return report.event
    assert isinstance(report, Failed), "the worker has ended"
    return report


def plain(tokens: int) -> GenerationRequest:
    """A prompt of so many tokens: each of these words is one."""
    return GenerationRequest(prompt=" the" * tokens, sampling=GREEDY, max_tokens=2)


# In this order: the later ones are wholly evaluated already, or the beginning of what is.
@pytest.mark.parametrize(
    "tokens",
    [
        *(CHUNK_TOKENS + more for more in (-1, 0, 1)),
        *(2 * CHUNK_TOKENS + more for more in (0, 1)),
        *(2 * CHUNK_TOKENS, CHUNK_TOKENS, 1, 1),
    ],
)
def test_logits_are_there_wherever_a_prompt_ends(worker: RawWorker, tokens: int) -> None:
    worker.send(encode_frame(Generate(1, plain(tokens))))
    ended = last(worker)
    assert isinstance(ended, Finished)
    assert ended.timings.prompt_tokens == tokens
    assert ended.timings.completion_tokens == 2


@pytest.mark.parametrize("max_tokens", [0, 1])
def test_shortest_replies_need_no_logits_that_are_not_there(
    worker: RawWorker, max_tokens: int
) -> None:
    request = msgspec.structs.replace(plain(5), max_tokens=max_tokens)
    worker.send(*(encode_frame(Generate(number, request)) for number in (1, 2)))
    assert isinstance(last(worker), Finished)
    assert isinstance(last(worker), Finished)


def test_token_that_the_grammar_forbids_is_not_taken_however_likely(worker: RawWorker) -> None:
    for token in (0, 2, 253, 49151):
        wish = Sampling(temperature=0.0, logit_bias=(TokenBias(token, 1000.0),))
        request = ask("Hello", grammar='root ::= "yes" | "no"', sampling=wish)
        worker.send(encode_frame(Generate(1, request)))
        text = ""
        while isinstance(report := worker.report(), Generated):
            if isinstance(report.event, Finished):
                break
            text += report.event.text if isinstance(report.event, TextDelta) else ""
        assert isinstance(report, Generated)
        assert text in ("yes", "no")


@pytest.mark.parametrize(
    "grammar", ["", "root", 'root ::= "a', "root ::= x", 'root ::= root "a"', 'a ::= "b"', "\0"]
)
def test_grammar_that_does_not_parse_is_a_sentence(worker: RawWorker, grammar: str) -> None:
    worker.send(encode_frame(Generate(1, ask("Hello", grammar=grammar))))
    report = last(worker)
    assert isinstance(report, Failed)
    assert report.kind == "SchemaError"


# Which threads call which functions of the library.
RECORDING = """
import json, sys, threading
from backends.llama_cpp import library
api, seen = library.load(), {}
def recorded(name, function):
    def call(*arguments):
        seen.setdefault(name, set()).add(threading.current_thread().name)
        return function(*arguments)
    return call
for name in dir(api):
    function = getattr(api, name)
    if name.startswith("llama_") and isinstance(getattr(function, "argtypes", None), list):
        setattr(api, name, recorded(name, function))
from backends import worker
worker.main()
found = {name: sorted(threads) for name, threads in seen.items()}
sys.stderr.write("\\n" + json.dumps(found) + "\\n")
"""


def test_one_thread_alone_uses_the_context(starter_path: Path, tmp_path: Path) -> None:
    worker = RawWorker(tmp_path, RECORDING)
    try:
        load(worker, starter_path)
        story = ask("Tell a long story of a fox.", max_tokens=30)
        message = ChatMessage("user", "Hello")
        worker.send(
            *(encode_frame(Generate(number, story)) for number in (1, 2, 3)),
            encode_frame(CountTokens(4, story)),
            encode_frame(CountContext(5, 0, (message,), message)),
            encode_frame(Embed(6, ("a fox", "a hen"))),
            encode_frame(ReadPrompt(7, story, "Once", measured=True)),
            encode_frame(SetAdapters(8, ())),
            encode_frame(ForgetChats(9, (1,))),
            encode_frame(Cancel(2)),
            encode_frame(Generate(10, ask("Tell a long story of a hen.", max_tokens=5))),
            encode_frame(Cancel(1)),
        )
        answers = ends(worker, {1, 2, 3, *range(4, 11)})
        assert answers[1].reason == answers[2].reason == "cancelled"
        assert answers[3].reason == answers[10].reason == "length"
        kinds = {4: Counted, 5: ContextCounted, 6: Embedded, 9: StatesChanged}
        assert all(isinstance(answers[number], kind) for number, kind in kinds.items())
        assert isinstance(answers[7], PromptRead | Failed)
        worker.send(encode_frame(Shutdown()))
        assert worker.end() == 0
    finally:
        worker.kill()
    threads = json.loads(worker.log.read_text(errors="replace").splitlines()[-1])
    assert {"llama_decode", "llama_sampler_sample", "llama_memory_clear"} <= threads.keys()
    for name, users in threads.items():
        # The vocabulary is read by the thread that makes prompts, too; it never changes.
        of_vocabulary = name.startswith(("llama_vocab_", "llama_token"))
        assert of_vocabulary or users == ["MainThread"], (name, users)


def ends(worker: RawWorker, numbers: set[int]) -> dict[int, Report | Finished]:
    """The last report on each of these."""
    found: dict[int, Report | Finished] = {}
    while numbers - found.keys():
        report = worker.report()
        assert report is not None, "the worker has ended"
        if not isinstance(report, Generated):
            found[report.request_id] = report
        elif isinstance(report.event, Finished):
            found[report.request_id] = report.event
    return found


def test_end_while_prompts_are_made_and_questions_wait(starter_path: Path, tmp_path: Path) -> None:
    worker = RawWorker(tmp_path)
    try:
        load(worker, starter_path)
        text = ask("the quick brown fox " * 20_000)
        worker.send(
            encode_frame(Generate(1, ask("Tell a long story."))),
            *(encode_frame(CountTokens(number, text)) for number in range(2, 6)),
            *(encode_frame(Generate(number, text)) for number in range(6, 10)),
        )
        assert worker.report() is not None
        worker.send(encode_frame(Shutdown()), encode_frame(Embed(10, ("a fox",))))
        assert worker.end() == 0
    finally:
        worker.kill()
