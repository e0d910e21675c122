"""What the program asks the dry-run helper, and what it answers: one JSON text a line."""

from __future__ import annotations

import msgspec

from app.domain.load_options import FlashAttention, KvType
from app.domain.words import Sentence


class OpenModel(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Lay out the model of this file without its weights. A model that was open is closed.

    `devices` are ggml's names of the devices to offload to, none: the CPU alone; `tensor_split` is
    the share of each, none: llama.cpp decides; `gpu_layers` -1 offloads all.
    """

    path: bytes
    devices: tuple[str, ...] = ()
    tensor_split: tuple[float, ...] = ()
    gpu_layers: int = -1
    experts_on_cpu: bool = False
    extra_buffer_types: bool = True


class Measure(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Lay out a context of the open model. Types are ggml's names, such as `q8_0`."""

    context_tokens: int
    key_type: str = "f16"
    value_type: str = "f16"
    flash_attention: FlashAttention = "auto"
    micro_batch_tokens: int = 512
    batch_tokens: int = 512
    parallel: int = 1
    unified: bool = False
    outputs: int = 1
    full_window: bool = False


class OpenMlx(msgspec.Struct, frozen=True, tag=True):
    """Build the MLX model of this folder, whose weights may be holes."""

    path: bytes
    architecture: str


class MeasureMlx(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Lay out the cache of the open MLX model."""

    context_tokens: int
    kv_type: KvType = "f16"


class MeasureProjector(msgspec.Struct, frozen=True, tag=True):
    """Lay out a projector for pictures, on the device of this name or on the CPU."""

    path: bytes
    device: str | None = None


Question = OpenModel | Measure
MlxQuestion = OpenMlx | MeasureMlx
AnyQuestion = Question | MlxQuestion | MeasureProjector


class Opened(msgspec.Struct, frozen=True, tag=True):
    """The model is laid out."""

    layer_count: int
    version: str
    # Instruction sets of this build on this CPU that decide what is repacked: "avx2", "dotprod".
    cpu_features: tuple[str, ...]


class DeviceBuffers(msgspec.Struct, frozen=True, kw_only=True):
    """What llama.cpp would allocate on one device ("CPU", "CUDA0", ...)."""

    device: str
    kv_bytes: int = 0
    compute_bytes: int = 0
    output_bytes: int = 0


class Measured(msgspec.Struct, frozen=True, tag=True):
    """The buffers of a context, and whether it uses flash attention."""

    buffers: tuple[DeviceBuffers, ...]
    context_tokens: int
    flash_attention: bool


class MlxMeasured(msgspec.Struct, frozen=True, tag=True):
    """The weights of an MLX model, and its cache when the context is full."""

    weights_bytes: int
    kv_bytes: int


class ProjectorMeasured(msgspec.Struct, frozen=True, tag=True):
    """Weights and compute buffers of a projector together, by the names of devices."""

    device_bytes: dict[str, int]


class DryRunFailed(msgspec.Struct, frozen=True, tag=True):
    """The library refused, with its own words."""

    sentence: Sentence


Answer = Opened | Measured | MlxMeasured | ProjectorMeasured | DryRunFailed

_encoder = msgspec.json.Encoder()
question_decoder = msgspec.json.Decoder(Question)
mlx_question_decoder = msgspec.json.Decoder(MlxQuestion)
projector_question_decoder = msgspec.json.Decoder(MeasureProjector)
answer_decoder = msgspec.json.Decoder(Answer)


def encode(question: AnyQuestion) -> bytes:
    """A question as a line."""
    return _encoder.encode(question) + b"\n"
