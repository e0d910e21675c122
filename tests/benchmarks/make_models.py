"""Asks llama.cpp for the tensor table of each model in tests/fakes/gguf_models.py.

    python -m tests.benchmarks.make_models [NAME ...]

llama.cpp names the tensor that it misses, then the shape that it expects, until it is content.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

from backends.llama_cpp.dry_run import DryRun
from backends.llama_cpp.dry_run_protocol import DryRunFailed, Opened, OpenModel
from tests.fakes.gguf_files import GgufFile
from tests.fakes.gguf_models import MODELS, TABLES, write_keys

_MISSING = re.compile(r"tensor '([^']+)' not found")
_SHAPE = re.compile(r"tensor '([^']+)' has wrong shape; expected ([\d, ]+), got")
_LAYER = re.compile(r"^blk\.(\d+)\.")


Tensors = dict[str, tuple[int, ...]]


def asked(helper: DryRun, model: dict[str, Any], path: Path) -> Tensors:
    """Every tensor that llama.cpp wants, with its shape."""
    tensors = optional_tensors(model)
    known: Tensors = {}
    for _ in range(20_000):
        file = GgufFile()
        write_keys(file, model)
        for name, shape in tensors.items():
            file.add_tensor(name, shape)
        with path.open("wb") as output:
            output.write(file.header())
            output.truncate(file.size())
        answer = helper.answer(OpenModel(path=str(path).encode()))
        if isinstance(answer, Opened):
            return tensors
        assert isinstance(answer, DryRunFailed)
        learn(str(answer.sentence), tensors, known)
    raise SystemExit("llama.cpp is never content")


def optional_tensors(model: dict[str, Any]) -> Tensors:
    """The tensors that a model has and llama.cpp does not insist on, their shapes unknown."""
    tensors: Tensors = {}
    layers = model["keys"]["block_count"]
    for optional in model.get("optional", []):
        name, where = (optional, range(layers)) if isinstance(optional, str) else optional
        for layer in where if "{}" in name else [0]:
            tensors[name.format(layer)] = (1,)
    return tensors


def learn(sentence: str, tensors: Tensors, known: Tensors) -> None:
    """Add the tensor that is missing, or correct the shape that is wrong."""
    if found := _MISSING.search(sentence):
        tensors[found[1]] = known.get(_LAYER.sub("", found[1]), (1,))
    elif found := _SHAPE.search(sentence):
        shape = tuple(int(part) for part in found[2].split(","))
        kind = _LAYER.sub("", found[1])
        known[kind] = shape
        for name, guess in list(tensors.items()):
            if guess == (1,) and _LAYER.sub("", name) == kind:
                tensors[name] = shape
        tensors[found[1]] = shape
    else:
        raise SystemExit(f"{sentence} ({tensors})")


def table(tensors: dict[str, tuple[int, ...]]) -> list[list[Any]]:
    """Tensors of the same name and shape in several layers become one row."""
    rows: dict[tuple[str, tuple[int, ...], bool], list[int]] = {}
    for name, shape in tensors.items():
        layer = _LAYER.match(name)
        key = (_LAYER.sub("blk.{}.", name), shape, layer is not None)
        rows.setdefault(key, []).extend([int(layer[1])] if layer else [])
    return [
        [name, list(shape), sorted(layers) if layered else None]
        for (name, shape, layered), layers in rows.items()
    ]


def main() -> None:
    """Make the tables that are named, or those that are missing."""
    tables = json.loads(TABLES.read_text()) if TABLES.exists() else {}
    helper = DryRun()
    names = sys.argv[1:] or [name for name in MODELS if name not in tables]
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            tensors = asked(helper, MODELS[name], Path(folder, "model.gguf"))
            tables[name] = table(tensors)
            print(f"{name}: {len(tensors)} tensors")
            lines = (
                f"{json.dumps(key)}: [\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]"
                for key, rows in tables.items()
            )
            TABLES.write_text("{" + ",\n".join(lines) + "}\n")


if __name__ == "__main__":
    main()
