"""llama.cpp's RPC server on loopback: a device of GPU type on a machine without a GPU.

    python -m tests.fakes.rpc_device serve
    python -m tests.fakes.rpc_device load PORTS MODEL GPU_LAYERS CONTEXT [SHARES]

`serve` listens on a port that the system chooses. `load` really loads a model with layers on the
devices at these ports (numbers with commas between), decodes, and prints llama.cpp's log.
"""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Any

from backends.llama_cpp import ggml, library
from backends.llama_cpp.dry_run import DryRun, LineLog


def serve() -> None:
    """Serve the CPU as a device until the process ends."""
    api = library.load()
    pointer, size, text = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p
    by_type = ggml.function(api, "ggml_backend_dev_by_type", pointer, ctypes.c_int)
    devices = (pointer * 1)(by_type(0))
    start = ggml.function(
        api, "ggml_backend_rpc_start_server", None, text, text, size, size, pointer
    )
    start(b"127.0.0.1:0", None, 1, 1, ctypes.cast(devices, ctypes.c_void_p))


def load(
    ports: list[int], model: str, gpu_layers: int, context_tokens: int, shares: list[float]
) -> None:
    """Load a model with the RPC devices and print the log."""
    helper = DryRun(ports)
    api: Any = helper._api
    log = LineLog(api)
    parameters = api.llama_model_default_params()
    found = [ggml.device(api, f"RPC{place}") for place in range(len(ports))]
    devices = (ctypes.c_void_p * (len(found) + 1))(*found)
    parameters.devices = ctypes.cast(devices, ctypes.c_void_p)
    split = (ctypes.c_float * api.LLAMA_MAX_DEVICES)(*shares)
    if shares:
        parameters.tensor_split = split
    parameters.n_gpu_layers = gpu_layers
    handle = api.llama_model_load_from_file(os.fsencode(model), parameters)
    options = api.llama_context_default_params()
    options.n_ctx, options.n_batch, options.n_ubatch = context_tokens, 512, 512
    options.n_outputs_max = 1
    options.flash_attn_type = 1
    options.n_threads = options.n_threads_batch = 1
    context = api.llama_init_from_model(handle, options)
    tokens = (ctypes.c_int32 * 4)(1, 2, 3, 4)
    status = api.llama_decode(context, api.llama_batch_get_one(tokens, 4))
    sys.stdout.write("\n".join([*log.take(), f"decoded: {status}"]))


def main() -> None:
    """Do what the arguments say."""
    if sys.argv[1] == "serve":
        serve()
    else:
        ports = [int(port) for port in sys.argv[2].split(",")]
        shares = [float(share) for share in "".join(sys.argv[6:]).split(",") if share]
        load(ports, sys.argv[3], int(sys.argv[4]), int(sys.argv[5]), shares)


if __name__ == "__main__":
    main()
