"""What a GGUF model says of itself, by the headers of its files."""

from __future__ import annotations

from pathlib import Path

import msgspec

from app.domain import architecture_table
from app.domain.errors import ModelError, ModelUnsupportedError
from app.domain.gguf import Header
from app.domain.gguf_check import check_loadable
from app.domain.gguf_known import KnownTexts
from app.domain.model import ModelFacts
from app.domain.model_card import license_text
from app.domain.words import sentence
from app.services.card_license import card_license
from app.services.model_headers import read_file_header
from app.services.model_scan import FoundModel

_COMPANION_TYPES = frozenset({"adapter", "imatrix", "mmproj", "dataset"})


def read_gguf_facts(model: FoundModel, known: KnownTexts) -> ModelFacts:
    """Facts of a model in one file or several. Raises `ModelError`, OSError."""
    header, *others = [read_file_header(file.path, known)[0] for file in model.files]
    facts = _header_facts(header, sum(each.parameter_count for each in others), model.path.parent)
    missing = max(model.part_count, header.split_count) - len(model.files)
    if missing > 0:
        problem = sentence(
            "{missing} of the model's {count} parts are missing. Put all parts into one folder "
            "under their own names.",
            missing=missing,
            count=len(model.files) + missing,
        )
        return msgspec.structs.replace(facts, problem=problem)
    try:
        check_loadable(header, known)
    except ModelError as error:
        unsupported = isinstance(error, ModelUnsupportedError)
        return msgspec.structs.replace(facts, problem=error.sentence, is_unsupported=unsupported)
    return facts


def _header_facts(header: Header, other_parameters: int, folder: Path) -> ModelFacts:
    architecture = header.architecture
    return ModelFacts(
        architecture=architecture,
        quantization=header.quantization,
        parameter_count=header.parameter_count + other_parameters,
        context_tokens=header.integer(f"{architecture}.context_length"),
        license=license_text(header.text("general.license"), header.text("general.license.name"))
        or card_license(folder),
        is_companion=header.text("general.type") in _COMPANION_TYPES
        or architecture in architecture_table.COMPANIONS,
    )
