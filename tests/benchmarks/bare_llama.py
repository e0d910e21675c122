"""The reference: a bare loop over llama.cpp's C interface, with nothing of Quantbench in it.

Run as a script with the model's path and the prompt's text. Prints the seconds from the start of
the process until the context exists; then, for each number on standard input, decodes so many
tokens more and prints the seconds that they took.
"""

from __future__ import annotations

import time

_STARTED = time.perf_counter()

# The clock runs before anything else is imported.
# ruff: noqa: E402
import ctypes
import importlib.util
import sys
import types

CONTEXT_TOKENS = 4096
THREADS = 2


def bindings():
    """The C declarations alone, as the engine loads them."""
    spec = importlib.util.find_spec("llama_cpp")
    package = types.ModuleType("llama_cpp")
    package.__path__ = list(spec.submodule_search_locations)
    sys.modules["llama_cpp"] = package
    return importlib.import_module("llama_cpp.llama_cpp")


def main(path: str, prompt: str) -> None:
    """Load, then decode as many tokens as each line of standard input says."""
    api = bindings()
    quiet = api.llama_log_callback(lambda *_: None)
    api.llama_log_set(quiet, ctypes.c_void_p(0))
    api.llama_backend_init()
    model_parameters = api.llama_model_default_params()
    model_parameters.n_gpu_layers = 0
    model = api.llama_model_load_from_file(path.encode(), model_parameters)
    parameters = api.llama_context_default_params()
    parameters.n_ctx = CONTEXT_TOKENS
    parameters.n_batch = parameters.n_ubatch = 512
    parameters.n_outputs_max = 1
    parameters.n_threads = parameters.n_threads_batch = THREADS
    parameters.swa_full = False
    context = api.llama_init_from_model(model, parameters)
    print(time.perf_counter() - _STARTED, flush=True)
    tokens = decode(api, model, context, prompt)
    for line in sys.stdin:
        started = time.perf_counter()
        for _ in range(int(line)):
            next(tokens)
        print(time.perf_counter() - started, flush=True)


def decode(api, model, context, prompt: str):
    """The pieces of a greedy reply, without end."""
    vocabulary = api.llama_model_get_vocab(model)
    data = prompt.encode()
    tokens = (ctypes.c_int32 * (len(data) + 8))()
    length = api.llama_tokenize(vocabulary, data, len(data), tokens, len(tokens), False, True)
    sampler = api.llama_sampler_chain_init(api.llama_sampler_chain_default_params())
    api.llama_sampler_chain_add(sampler, api.llama_sampler_init_greedy())
    api.llama_decode(context, api.llama_batch_get_one(tokens, length))
    one, piece = (ctypes.c_int32 * 1)(), ctypes.create_string_buffer(256)
    while True:
        one[0] = api.llama_sampler_sample(sampler, context, -1)
        size = api.llama_token_to_piece(vocabulary, one[0], piece, 256, 0, False)
        yield piece.raw[:size]
        api.llama_decode(context, api.llama_batch_get_one(one, 1))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
