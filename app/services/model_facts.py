"""What a model's own files say of it, remembered on disk until they change."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

import app
from app.domain.errors import ModelError, ModelUnsupportedError
from app.domain.gguf_known import KnownTexts
from app.domain.model import ModelFacts
from app.domain.os_causes import cause_of
from app.domain.words import sentence
from app.services.files import replace_file
from app.services.gguf_facts import read_gguf_facts
from app.services.mlx_facts import read_mlx_facts
from app.services.model_scan import FoundModel

# Facts depend on what this version can read: another version reads every file anew.
_FORMAT = f"3 {app.__version__}"


class FactsCache:
    """Facts by file: path, size, time and inode. One thread at a time.

    Losing the file costs a second reading of the headers and nothing else, so it is never an
    error that it cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._facts: dict[str, ModelFacts] | None = None
        self._texts = KnownTexts()
        self._is_changed = False

    def facts(self, model: FoundModel) -> ModelFacts:
        """What the model says of itself, read now unless its files are as they were."""
        known = self._known()
        key = _key(model)
        facts = known.get(key)
        if facts is None:
            facts = known[key] = read_facts(model, self._texts)
            self._is_changed = True
        return facts

    def unknown(self, models: Sequence[FoundModel]) -> list[FoundModel]:
        """Those of `models` whose files would have to be read."""
        known = self._known()
        return [model for model in models if _key(model) not in known]

    def add(self, model: FoundModel, facts: ModelFacts) -> None:
        """Take what was read of a model elsewhere."""
        self._known()[_key(model)] = facts
        self._is_changed = True

    def save(self, models: Sequence[FoundModel]) -> None:
        """Keep on disk what is known of these models, if there is anything new."""
        if not self._is_changed:
            return
        known = self._known()
        kept = {key: known[key] for key in map(_key, models) if key in known}
        try:
            replace_file(self._path, msgspec.msgpack.encode((_FORMAT, kept)), is_durable=False)
        except OSError:
            return
        self._is_changed = False

    def _known(self) -> dict[str, ModelFacts]:
        if self._facts is None:
            self._facts = self._load()
        return self._facts

    def _load(self) -> dict[str, ModelFacts]:
        try:
            version, rest = msgspec.msgpack.decode(
                self._path.read_bytes(), type=tuple[str, msgspec.Raw]
            )
            if version != _FORMAT:
                return {}
            return msgspec.msgpack.decode(rest, type=dict[str, ModelFacts])
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return {}


def _key(model: FoundModel) -> str:
    """Text that stands for all files of a model and their state, odd names included."""
    return "\0".join(
        f"{os.fsencode(file.path).hex()} {file.size_bytes} {file.modified_ns} {file.inode}"
        for file in model.files
    )


def read_facts(model: FoundModel, known: KnownTexts) -> ModelFacts:
    """Read what the files say. Never raises: what is wrong becomes the `problem`."""
    try:
        if model.format == "mlx":
            return read_mlx_facts(model)
        return read_gguf_facts(model, known)
    except ModelUnsupportedError as error:
        return ModelFacts(problem=error.sentence, is_unsupported=True)
    except ModelError as error:
        return ModelFacts(problem=error.sentence)
    except OSError as error:
        return ModelFacts(
            problem=sentence(
                "The file cannot be read: {cause}. Check the disk and its permissions.",
                cause=cause_of(error),
            )
        )
