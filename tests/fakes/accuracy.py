"""The formula beside llama.cpp's own buffers, over models, contexts and options."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from app.domain.compute_buffer import compute_bytes
from app.domain.errors import UsageError
from app.domain.gguf import Header, read_header
from app.domain.kv_cache import layer_kv_bytes
from app.domain.memory_options import MemoryOptions
from app.domain.model_memory import ModelMemory, read_model
from backends.llama_cpp.dry_run_process import DryRunProcess
from backends.llama_cpp.dry_run_protocol import DryRunFailed, Measure, Measured, Opened, OpenModel
from tests.fakes.gguf_models import header_only

CONTEXTS = (512, 4096, 32768, 131072)


class Compared(msgspec.Struct, frozen=True):
    """One point: what the formula says and what llama.cpp says. None: refused."""

    options: MemoryOptions
    formula: tuple[int, int] | None
    engine: tuple[int, int] | None

    @property
    def kv_error(self) -> float:
        """Of the KV cache, as a part of it."""
        return self._error(0)

    @property
    def compute_error(self) -> float:
        """Of the compute buffer, as a part of it."""
        return self._error(1)

    def _error(self, index: int) -> float:
        assert self.formula is not None
        assert self.engine is not None
        return self.formula[index] / self.engine[index] - 1


def points(contexts: tuple[int, ...] = CONTEXTS) -> Iterator[MemoryOptions]:
    """Contexts, KV types, flash attention on and off, and 1 and 4 sequences."""
    for context in contexts:
        for kind in ("f16", "q8_0", "q4_0"):
            for flash in (True, False):
                for parallel in (1, 4):
                    yield MemoryOptions(
                        context_tokens=context,
                        key_type=kind,
                        value_type=kind if flash else "f16",
                        flash_attention=flash,
                        parallel=parallel,
                        outputs=parallel,
                    )


def formula(model: ModelMemory, options: MemoryOptions) -> tuple[int, int] | None:
    """KV and compute bytes on the CPU; None if the options are refused."""
    try:
        kv = sum(layer_kv_bytes(model.architecture, options))
    except UsageError:
        return None
    return kv, compute_bytes(model.architecture, options)


async def engine(helper: DryRunProcess, options: MemoryOptions) -> tuple[int, int] | None:
    """The same from llama.cpp, for the model that is open."""
    answer = await helper.ask(
        Measure(
            context_tokens=options.context_tokens,
            key_type=options.key_type,
            value_type=options.value_type,
            flash_attention="on" if options.flash_attention else "off",
            parallel=options.parallel,
            outputs=options.outputs,
        ),
        seconds=60,
    )
    if isinstance(answer, DryRunFailed):
        return None
    assert isinstance(answer, Measured)
    (host,) = answer.buffers
    return host.kv_bytes, host.compute_bytes


async def compare(
    helper: DryRunProcess, name: str, folder: Path, contexts: tuple[int, ...] = CONTEXTS
) -> list[Compared]:
    """All points of one model."""
    file = header_only(name)
    header = read_header(file.header(), file.size())
    assert isinstance(header, Header)
    path = folder / "model.gguf"
    with path.open("wb") as output:
        output.write(file.header())
        output.truncate(file.size())
    opened = await helper.ask(OpenModel(path=str(path).encode()), seconds=60)
    assert isinstance(opened, Opened), opened
    model = read_model([header])
    return [
        Compared(options, formula(model, options), await engine(helper, options))
        for options in points(contexts)
    ]
