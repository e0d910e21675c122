"""What a load will pass to the engine, as far as memory depends on it."""

from __future__ import annotations

import msgspec

from app.domain.errors import UsageError
from app.domain.words import marked, sentence

MOST_CONTEXT_TOKENS = 2**27
MOST_SEQUENCES = 256
_KV_TYPES = ("f32", "f16", "bf16", "q8_0", "q5_1", "q5_0", "q4_1", "q4_0", "iq4_nl")


class MemoryOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The options of one load. `gpu_layers` counts the output head too; 0 keeps to the CPU."""

    context_tokens: int
    key_type: str = "f16"
    value_type: str = "f16"
    flash_attention: bool = True
    micro_batch_tokens: int = 512
    batch_tokens: int = 512
    parallel: int = 1
    unified: bool = False
    # Rows of logits that the engine keeps room for.
    outputs: int = 1
    full_window: bool = False
    gpu_layers: int = 0
    # Shares of the offloaded layers, one for each GPU; empty: by what each has free.
    tensor_split: tuple[float, ...] = ()
    experts_on_cpu: bool = False
    # Weights are mapped from the file: the system may drop them and read them again.
    mapped: bool = True

    def check(self) -> None:
        """Raises `UsageError` for a value that makes no sense."""
        _between(marked("context"), self.context_tokens, 1, MOST_CONTEXT_TOKENS)
        _between(marked("number of parallel sequences"), self.parallel, 1, MOST_SEQUENCES)
        _between(marked("micro-batch"), self.micro_batch_tokens, 1, 2**16)
        _between(marked("batch"), self.batch_tokens, 1, 2**20)
        _between(marked("number of outputs"), self.outputs, 1, 2**20)
        _between(marked("number of GPU layers"), self.gpu_layers, 0, 1024)
        for kind in (self.key_type, self.value_type):
            if kind not in _KV_TYPES:
                raise UsageError(
                    "There is no KV type called {kind}; possible are {names}.",
                    kind=repr(kind),
                    names=", ".join(_KV_TYPES),
                )
        if self.value_type not in ("f32", "f16", "bf16") and not self.flash_attention:
            raise UsageError(
                "The KV type {value_type} needs flash attention: switch it on, or keep f16.",
                value_type=self.value_type,
            )


def _between(what: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise UsageError(
            "A {what} of {value} is not possible; {least} to {most} are.",
            what=sentence(what),
            value=value,
            least=least,
            most=most,
        )
