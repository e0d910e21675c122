"""What a load took, part by part, and what of it was not the CPU's memory."""

from __future__ import annotations

from app.domain.engine import LoadedBuffers, SessionInfo
from app.domain.load_options import LoadOptions
from app.domain.measured_load import MeasuredPart, device_bytes, parts_sentence
from app.domain.units import MIB
from backends.llama_cpp.dry_run_log import read_loaded
from tests.fakes.timings import timings

LOG = """load_tensors:   CPU_Mapped model buffer size =    28.69 MiB
load_tensors:        CUDA0 model buffer size =    92.10 MiB
llama_kv_cache:      CUDA0 KV buffer size =   180.00 MiB
sched_reserve:      CUDA0 compute buffer size =    13.26 MiB
sched_reserve:  CUDA_Host compute buffer size =     4.26 MiB
"""


def session(device: str, buffers: tuple[LoadedBuffers, ...]) -> SessionInfo:
    return SessionInfo(
        model_name="m", architecture="llama", engine_name="llama.cpp", engine_version="1",
        device=device, context_tokens=512, trained_context_tokens=512, gpu_layers=0, layer_count=1,
        load_ms=1, options=LoadOptions(), buffers=buffers,
    )  # fmt: skip


def test_buffers_of_a_load_by_device() -> None:
    host, card = read_loaded(LOG.splitlines())
    assert (host.device, card.device) == ("CPU", "CUDA0")
    assert host.compute_bytes == round(4.26 * MIB)
    assert card.kv_bytes == 180 * MIB
    total = card.weights_bytes + card.kv_bytes + card.compute_bytes
    assert device_bytes(session("CUDA0", (host, card)), timings()) == total
    assert device_bytes(session("CPU", (host,)), timings()) is None
    assert device_bytes(session("Metal", ()), timings()) is None
    assert device_bytes(session("Metal", ()), timings(peak_device_bytes=7)) == 7


def test_parts_in_words() -> None:
    same = MeasuredPart(name="weights", predicted_bytes=92 * MIB, measured_bytes=92 * MIB)
    more = MeasuredPart(name="KV cache", predicted_bytes=180 * MIB, measured_bytes=190 * MIB)
    assert parts_sentence((same, more)) == (
        "The engine took weights 92 MiB and KV cache 190 MiB instead of 180 MiB."
    )
    assert parts_sentence(()) == ""
