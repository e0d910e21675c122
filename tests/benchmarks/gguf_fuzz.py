"""Mutated headers that pass the check, given to llama.cpp itself: how many end the process?

    python -m tests.benchmarks.gguf_fuzz [--count 10000] [--seed 1] [--keep FOLDER]

Each file is loaded and two tokens are decoded in a forked child.
"""

from __future__ import annotations

import argparse
import collections
import ctypes
import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from app.domain.errors import ModelError
from app.domain.gguf import Header, read_header
from app.domain.gguf_check import check_loadable
from backends.llama_cpp import library
from tests.fakes.gguf_files import tiny_llama
from tests.fakes.gguf_mutations import mutations

DEADLINE_SECONDS = 20


def passes(data: bytes) -> bool:
    """Whether the check lets a file through."""
    try:
        header = read_header(data, len(data))
        assert isinstance(header, Header)
        check_loadable(header)
    except ModelError:
        return False
    return True


def use(api: Any, path: Path) -> int:
    """Load the model and decode; 0: it answered, 1: it was refused."""
    parameters = api.llama_model_default_params()
    model = api.llama_model_load_from_file(os.fsencode(path), parameters)
    if not model:
        return 1
    options = api.llama_context_default_params()
    options.n_ctx, options.n_batch, options.n_ubatch, options.n_threads = 64, 32, 32, 1
    context = api.llama_init_from_model(model, options)
    if not context:
        return 1
    tokens = (ctypes.c_int32 * 2)(1, 2)
    vocabulary = api.llama_model_get_vocab(model)
    text = b'!"# hello'
    room = (ctypes.c_int32 * 32)()
    api.llama_tokenize(vocabulary, text, len(text), room, 32, True, False)
    piece = ctypes.create_string_buffer(256)
    api.llama_token_to_piece(vocabulary, 5, piece, 256, 0, True)
    api.llama_decode(context, api.llama_batch_get_one(tokens, 2))
    return 0


def outcome(api: Any, path: Path) -> str:
    """What became of a child that used the file."""
    child = os.fork()
    if child == 0:
        signal.alarm(DEADLINE_SECONDS)
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        log = os.open("/tmp/quantbench-fuzz.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(log, 2)
        os._exit(use(api, path))
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return signal.Signals(os.WTERMSIG(status)).name
    return "loaded" if os.WEXITSTATUS(status) == 0 else "refused by llama.cpp"


def main() -> None:
    """Run and print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    os.environ["GGML_NO_BACKTRACE"] = "1"
    api = library.load()
    file = tiny_llama()
    data = file.whole()
    header = read_header(data, len(data))
    assert isinstance(header, Header)
    outcomes: collections.Counter[str] = collections.Counter()
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.gguf")
        damaged_files = mutations(data, header.data_offset, options.count, options.seed)
        for number, damaged in enumerate(damaged_files):
            if not passes(damaged):
                outcomes["refused by the check"] += 1
                continue
            path.write_bytes(damaged)
            result = outcome(api, path)
            outcomes[result] += 1
            if result.startswith("SIG"):
                tail = Path("/tmp/quantbench-fuzz.log").read_text("utf-8", "replace")[-300:]
                print(f"{number}: {result}: {tail}", file=sys.stderr)
                if options.keep:
                    (options.keep / f"{number}.gguf").write_bytes(damaged)
    for name, count in outcomes.most_common():
        print(f"{count:7,}  {name}")
    print(f"{time.perf_counter() - start:7.1f}  seconds")


if __name__ == "__main__":
    main()
