"""Causes of a worker's death, each as its own sentence."""

from __future__ import annotations

import signal

import pytest

from app.domain.errors import AppError, EngineDiedError, EngineMemoryError
from app.domain.words import sentence
from backends.death import Death, explain, memory_kill_count


def died(status: int, *log: str, memory_kills: int | None = 0) -> AppError:
    return explain(
        Death(
            status=status,
            activity=sentence("while it loaded {name}", name="Tiny"),
            log_tail=log,
            memory_kills=memory_kills,
        )
    )


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (died(-signal.SIGSEGV), EngineDiedError, "memory that is not its own"),
        (died(-signal.SIGILL), EngineDiedError, "this processor does not have.*another build"),
        (died(0xC000001D), EngineDiedError, "from source with -DGGML_NATIVE=ON"),
        (died(-signal.SIGBUS), EngineDiedError, "model file became shorter"),
        (died(-signal.SIGKILL), EngineDiedError, "ended from outside"),
        (died(-signal.SIGKILL, memory_kills=None), EngineDiedError, "ended from outside"),
        (died(-signal.SIGKILL, memory_kills=1), EngineMemoryError, "ran out of memory"),
        (
            died(-signal.SIGABRT, "ggml_gallocr: failed to allocate CPU buffer of size 99"),
            EngineMemoryError,
            "ran out of memory",
        ),
        (
            died(-signal.SIGABRT, "x", "/src/ggml.c:12: GGML_ASSERT(n > 0) failed", "y"),
            EngineDiedError,
            r"GGML_ASSERT\(n > 0\) failed",
        ),
        (died(3, "", "the last words", " "), EngineDiedError, "status 3.*the last words"),
        (died(0xC0000005), EngineDiedError, "memory that is not its own"),
        (died(-64), EngineDiedError, "ended from outside"),
    ],
)
def test_each_cause_has_its_sentence(error: AppError, kind: type, words: str) -> None:
    assert type(error) is kind
    with pytest.raises(kind, match=words):
        raise error


def test_only_faults_of_the_engine_itself_count_as_crashes() -> None:
    crashed = {
        status: getattr(died(-status), "crashed", False)
        for status in (
            signal.SIGSEGV,
            signal.SIGABRT,
            signal.SIGILL,
            signal.SIGKILL,
            signal.SIGTERM,
        )
    }
    assert crashed == {
        signal.SIGSEGV: True,
        signal.SIGABRT: True,
        signal.SIGILL: True,
        signal.SIGKILL: False,
        signal.SIGTERM: False,
    }


def test_kernel_tells_how_often_it_killed_for_memory() -> None:
    count = memory_kill_count()
    assert count is None or count >= 0
