"""Links of web pages that open a model in this program: `quantbench://open_from_hf?model=&file=`.

The shape is the one that other programs of this kind use. A link opens the repository and marks
the file; whether it is downloaded, the user decides.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qs, urlsplit

import msgspec

from app.domain.errors import DownloadError, UsageError
from app.domain.transfer import check_path, check_repository

SCHEME: Final = "quantbench://"
_ACTION: Final = "open_from_hf"


class DeepLink(msgspec.Struct, frozen=True):
    """A repository, and the file in it that is meant, if one is."""

    repository: str
    path: str | None = None


def read_link(text: str) -> DeepLink:
    """What a link asks for. Raises `UsageError` for one that says something else."""
    try:
        parts = urlsplit(text)
        is_known = parts.netloc + parts.path.rstrip("/") == _ACTION
        fields = parse_qs(parts.query, max_num_fields=8) if is_known else {}
        path = fields.get("file", [None])[0]
        return DeepLink(
            check_repository(fields.get("model", [""])[0]),
            None if path is None else check_path(path),
        )
    except (ValueError, DownloadError) as error:
        raise UsageError(
            "The link {text} cannot be opened: {error} It should look like "
            "{scheme}{action}?model=owner/model&file=name.gguf.",
            text=repr(text[:120]),
            error=error if isinstance(error, DownloadError) else str(error),
            scheme=SCHEME,
            action=_ACTION,
        ) from error
