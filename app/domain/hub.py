"""Repositories of a model hub: search results, files, and their grouping into rows to choose from.

One row is one quantization: shards are joined and companions (`mmproj-`, `mtp-`) attached.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, Literal

import msgspec

from app.domain.model import ModelFormat
from app.domain.words import said

Sort = Literal["trending", "downloads", "likes", "newest"]

# What an MLX folder needs; code (`*.py`) and pickles (`*.bin`, `*.pt`) are never fetched.
_MLX_SUFFIXES: Final = (".json", ".jinja", ".model", ".safetensors", ".tiktoken", ".txt")
_COMPANION: Final = re.compile(r"(?:^|[-_.])(?:mmproj|mtp)(?=[-_.])", re.IGNORECASE)
_SHARD: Final = re.compile(r"-(\d{5})-of-(\d{5})$")
# Tolerant on purpose: `UD-Q4_K_XL`, `MXFP4_MOE`, `TQ1_0`, `.q2_k`, `bf16`, `8bit`.
_QUANTIZATION: Final = re.compile(
    r"(?:^|[-_.])((?:UD-)?(?:I?Q\d(?:_[A-Z0-9]+)*|TQ\d_\d|MXFP4(?:_MOE)?|NVFP4|BF16|FP?16|FP?32))"
    r"(?=$|[-_.])",
    re.IGNORECASE,
)
_BITS: Final = re.compile(r"(?:^|[-_.])(\d{1,2})-?bits?(?=$|[-_.])", re.IGNORECASE)
_PARAMETERS: Final = re.compile(r"(?:^|[-_.])(\d+(?:\.\d+)?)([BM])(?=$|[-_.])", re.IGNORECASE)
# The projector that is fetched when a repository offers several, best first.
_PROJECTOR_ORDER: Final = ("F16", "BF16", "Q8_0", "F32")


class SearchQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What to look for; `format` None asks for every format that this program can run."""

    text: str = ""
    format: ModelFormat | None = None
    sort: Sort = "trending"
    limit: int = 30
    author: str | None = None
    min_parameters: int | None = None
    max_parameters: int | None = None
    # False leaves out repositories that ask for an agreement.
    gated: bool | None = None


class ModelCard(msgspec.Struct, frozen=True, kw_only=True):
    """One search result: what the hub says of a repository."""

    repository: str
    formats: tuple[ModelFormat, ...]
    downloads: int = 0
    likes: int = 0
    trending_score: float = 0
    # ISO 8601, in UTC.
    created: str | None = None
    modified: str | None = None
    parameter_count: int | None = None
    architecture: str | None = None
    context_tokens: int | None = None
    license: str | None = None
    gated: bool = False
    base_model: str | None = None
    capabilities: tuple[str, ...] = ()

    @property
    def author(self) -> str:
        """The user or the organization that owns the repository."""
        return self.repository.partition("/")[0]


class HubFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a repository. Large files carry a SHA-256, small ones git's blob SHA-1."""

    path: str
    size_bytes: int
    sha256: str | None = None
    git_sha1: str | None = None


class ModelFile(msgspec.Struct, frozen=True, kw_only=True):
    """One quantization to choose: its shards in order, and what belongs to it."""

    name: str
    format: ModelFormat
    quantization: str | None
    files: tuple[HubFile, ...]
    companions: tuple[HubFile, ...] = ()
    # Why it cannot be fetched, as a sentence.
    problem: str | None = None

    @property
    def size_bytes(self) -> int:
        """Bytes of the model itself, companions not counted."""
        return sum(file.size_bytes for file in self.files)

    @property
    def weight_files(self) -> tuple[HubFile, ...]:
        """The files that hold tensors."""
        return tuple(f for f in self.files if f.path.endswith((".gguf", ".safetensors")))


class RepositoryFiles(msgspec.Struct, frozen=True, kw_only=True):
    """What can be fetched of one repository at one commit."""

    repository: str
    # The commit's hash: every later request names it, so that files never mix.
    revision: str
    rows: tuple[ModelFile, ...]
    gated: bool = False
    license: str | None = None
    # Of the whole model, as the hub or its name tells.
    parameter_count: int | None = None
    # What the model was trained for.
    context_tokens: int | None = None


class DownloadPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The files that make one model, to be fetched together and usable only together."""

    repository: str
    revision: str
    name: str
    format: ModelFormat
    quantization: str | None
    files: tuple[HubFile, ...]

    @property
    def size_bytes(self) -> int:
        """Bytes of all files."""
        return sum(file.size_bytes for file in self.files)


def bits_per_weight(row: ModelFile, parameter_count: int | None) -> float | None:
    """Bits of the weight files for each parameter; None where nobody tells the parameters."""
    if not parameter_count:
        return None
    return 8 * sum(file.size_bytes for file in row.weight_files) / parameter_count


def quantization_of(name: str) -> str | None:
    """The quantization that a file's or repository's name states: `Q4_K_M`, `BF16`, `4-bit`."""
    found = _QUANTIZATION.findall(name)
    if found:
        text: str = found[-1].upper()
        return {"FP16": "F16", "FP32": "F32"}.get(text, text)
    bits = _BITS.findall(name)
    return f"{bits[-1]}-bit" if bits else None


def parameter_count_of(name: str) -> int | None:
    """The number of parameters that a name states: `8B` is 8,000,000,000."""
    found = _PARAMETERS.search(name)
    if found is None:
        return None
    return round(float(found[1]) * (1e9 if found[2] in "bB" else 1e6))


def is_companion(path: str) -> bool:
    """Whether a GGUF file belongs to a model and is none itself."""
    return _COMPANION.search(_base_name(path)) is not None


def group_files(
    repository: str, files: Iterable[HubFile], *, is_mlx: bool
) -> tuple[ModelFile, ...]:
    """Rows of a repository, the smallest first.

    `is_mlx` says that its safetensors are in MLX's layout, which no file name shows.
    """
    listed = tuple(files)
    rows = _gguf_rows([file for file in listed if file.path.lower().endswith(".gguf")])
    if is_mlx:
        rows += _mlx_rows(repository, listed)
    return tuple(sorted(rows, key=lambda row: (row.size_bytes, row.name)))


def plan_download(repository: RepositoryFiles, row: ModelFile) -> DownloadPlan:
    """Everything that the model of `row` needs, one projector of several included."""
    return DownloadPlan(
        repository=repository.repository,
        revision=repository.revision,
        name=row.name,
        format=row.format,
        quantization=row.quantization,
        files=row.files + _chosen_companions(row.companions),
    )


def _base_name(path: str) -> str:
    return path.rpartition("/")[2]


def _stem(path: str) -> str:
    return path.rpartition(".")[0]


def _gguf_rows(files: list[HubFile]) -> list[ModelFile]:
    companions = tuple(file for file in files if is_companion(file.path))
    groups: dict[str, list[HubFile]] = {}
    for file in sorted(files, key=lambda one: one.path):
        if not is_companion(file.path):
            groups.setdefault(_SHARD.sub("", _stem(file.path)), []).append(file)
    return [_gguf_row(stem, group, companions) for stem, group in groups.items()]


def _gguf_row(stem: str, files: list[HubFile], companions: tuple[HubFile, ...]) -> ModelFile:
    folder, _, name = stem.rpartition("/")
    return ModelFile(
        name=name,
        format="gguf",
        # Some repositories name the quantization in the folder alone.
        quantization=quantization_of(name) or quantization_of(_base_name(folder)),
        files=tuple(files),
        companions=companions,
        problem=_missing_shards(files),
    )


def _mlx_rows(repository: str, files: tuple[HubFile, ...]) -> list[ModelFile]:
    flat = [f for f in files if "/" not in f.path and f.path.endswith(_MLX_SUFFIXES)]
    weights = [file for file in flat if file.path.endswith(".safetensors")]
    if not weights or all(file.path != "config.json" for file in flat):
        return []
    name = _base_name(repository)
    return [
        ModelFile(
            name=name,
            format="mlx",
            quantization=quantization_of(name),
            files=tuple(sorted(flat, key=lambda file: file.path)),
            problem=_missing_shards(weights),
        )
    ]


def _missing_shards(files: list[HubFile]) -> str | None:
    """A sentence when the numbers in the names say that a part is not there."""
    shards = [found for file in files if (found := _SHARD.search(_stem(file.path)))]
    if not shards:
        return None
    count = int(shards[0][2])
    numbers = {int(shard[1]) for shard in shards}
    if len(shards) == len(files) and numbers == set(range(1, count + 1)):
        return None
    return said(
        "The repository holds {found} of the {count} parts of this model. Choose another "
        "quantization."
    ).format(found=len(numbers), count=count)


def _chosen_companions(companions: tuple[HubFile, ...]) -> tuple[HubFile, ...]:
    """One projector for images, the one that is kept in the best usual precision."""
    projectors = [file for file in companions if "mmproj" in file.path.lower()]

    def rank(file: HubFile) -> tuple[int, str]:
        kind = quantization_of(_base_name(_stem(file.path))) or ""
        known = kind in _PROJECTOR_ORDER
        return _PROJECTOR_ORDER.index(kind) if known else len(_PROJECTOR_ORDER), file.path

    return tuple(sorted(projectors, key=rank)[:1])
