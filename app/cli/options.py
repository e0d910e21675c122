"""The options of the commands: their names, limits and help, as Typer reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from app.domain.hub import Sort
from app.domain.load_options import FlashAttention, KvType
from app.domain.model import ModelFormat

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Say nothing but the answer and failures.")]

ModelName = Annotated[
    str,
    typer.Argument(help="A .gguf file, an MLX folder, or a name of `quantbench models`."),
]
ChatModel = Annotated[
    str | None,
    typer.Argument(
        help="A .gguf file, an MLX folder, a name of `quantbench models`, or `starter`; with "
        "--remote the server's own name of a model (default: its first)."
    ),
]
Remote = Annotated[
    str | None,
    typer.Option(help="Ask a server: the name of one that is set up, or an address."),
]
Prompt = Annotated[
    str | None, typer.Option(help="The question; - reads it. Without it: a conversation.")
]
System = Annotated[str | None, typer.Option(help="The system prompt.")]
MaxTokens = Annotated[
    int | None, typer.Option(min=1, help="The longest reply. Default: what the context holds.")
]
Temperature = Annotated[
    float | None, typer.Option(min=0.0, help="0 takes the likeliest token each time.")
]
Seed = Annotated[
    int | None, typer.Option(min=0, max=2**32 - 1, help="The same seed gives the same reply.")
]
SearchText = Annotated[str, typer.Argument(help="Words of the model's name.")]
Repository = Annotated[str, typer.Argument(help="owner/model, as the hub names it.")]
PullReference = Annotated[
    str, typer.Argument(help="owner/model, owner/model:QUANTIZATION or owner/model/FILE.")
]
FormatName = Annotated[
    ModelFormat | None, typer.Option("--format", help="Only models of this format.")
]
SortName = Annotated[Sort, typer.Option("--sort", help="What comes first.")]
Limit = Annotated[int, typer.Option(min=1, max=100, help="How many models at most.")]
Context = Annotated[int | None, typer.Option(min=1, help="Tokens that the chat may hold.")]
KvTypeName = Annotated[KvType, typer.Option(help="How the KV cache is stored.")]
Draft = Annotated[
    str | None,
    typer.Option(
        help="A smaller model of the same family that guesses ahead, while that makes replies "
        "faster. The text stays the same.",
        metavar="MODEL",
    ),
]
Lookup = Annotated[
    bool,
    typer.Option(
        "--lookup",
        help="Guess ahead from the text itself, while that makes replies faster: for edits, "
        "quotations and code.",
    ),
]
Schema = Annotated[
    Path | None, typer.Option(help="A file with a JSON schema that the reply must follow.")
]
TierName = Literal["formula", "dry-run"]
EstimatedModel = Annotated[
    str,
    typer.Argument(
        help="A .gguf file, an MLX folder, a name of `quantbench models`, `starter`, or "
        "hf:REPO:QUANT (hf:REPO for MLX), of which only the header is read."
    ),
]
GpuLayers = Annotated[
    str, typer.Option(help="Layers on the GPU, the output head counted; auto: as many as fit.")
]
Parallel = Annotated[
    int | None, typer.Option(min=1, max=256, help="Replies that can be in the making at once.")
]
FlashAttentionMode = Annotated[FlashAttention, typer.Option(help="Flash attention.")]
MicroBatch = Annotated[
    int, typer.Option("--ubatch", min=1, max=65536, help="Tokens of a prompt evaluated at once.")
]
EstimateTier = Annotated[
    TierName,
    typer.Option("--tier", help="dry-run: the engine lays it out; formula: from the header alone."),
]
BesideDraft = Annotated[
    str | None,
    typer.Option("--draft", help="A smaller model that guesses ahead, loaded beside it."),
]
BesideVision = Annotated[
    Path | None, typer.Option("--vision", help="A projector for pictures (mmproj) beside it.")
]
Elsewhere = Annotated[
    str | None,
    typer.Option(
        "--on", help="A device that is not here, such as `RTX 4090`; all: every known one."
    ),
]
ServerGpus = Annotated[
    str | None,
    typer.Option(
        help="GPUs of a server as COUNTxGIB, such as 8x80: how vLLM would hold the model."
    ),
]
ServerNodes = Annotated[int, typer.Option(min=1, max=1000, help="Nodes with so many GPUs each.")]
NewServerName = Annotated[str, typer.Argument(help="The name that the server is to have here.")]
ServerName = Annotated[str, typer.Argument(help="A name of `quantbench servers`.")]
NamedServer = Annotated[str, typer.Argument(help="A name of `quantbench servers`, or an address.")]
ServerAddress = Annotated[str, typer.Argument(help="Such as http://localhost:8000.")]
KeyFromInput = Annotated[
    bool, typer.Option("--key", help="The server needs a key: it is asked for, or read from input.")
]
BuildName = Annotated[str, typer.Argument(help="A name of `quantbench engines`.")]
NewBuildName = Annotated[str, typer.Argument(help="The name that the build is to have.")]
Wheel = Annotated[Path | None, typer.Option(help="Install a wheel file of llama-cpp-python.")]
Index = Annotated[str | None, typer.Option(help="Install from a wheel index: its address.")]
Version = Annotated[str | None, typer.Option(help="With --index: this version.")]
Source = Annotated[
    str | None, typer.Option(help="Compile this package or folder, such as llama-cpp-python.")
]
CmakeArgs = Annotated[str, typer.Option(help="With --source: options, such as -DGGML_CUDA=ON.")]
ForModel = Annotated[str | None, typer.Option("--model", help="For this model alone.")]
