"""What the stand-in of the hub holds and records: repositories, files, requests and answers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.fakes.hub_faults import Where

COMMIT = "0123456789abcdef0123456789abcdef01234567"
# Kept with Git LFS, as the hub's .gitattributes has it.
_LARGE = (".gguf", ".safetensors", ".bin")


@dataclass
class RepoFile:
    """One file of a repository, and its hashes as the hub states them."""

    name: str
    content: memoryview
    path: Path | None = None

    def __post_init__(self) -> None:
        self.size = len(self.content)
        self.sha256 = hashlib.sha256(self.content).hexdigest()
        blob = hashlib.sha1(b"blob %d\0" % self.size, usedforsecurity=False)
        blob.update(self.content)
        self.git_sha1 = blob.hexdigest()
        self.is_large = self.name.endswith(_LARGE)

    @property
    def etag(self) -> str:
        """What the hub itself calls the file: the hash that a client can check."""
        return self.sha256 if self.is_large else self.git_sha1

    @property
    def cdn_etag(self) -> str:
        """What the CDN calls it: something else, as object stores do."""
        return hashlib.md5(self.sha256.encode(), usedforsecurity=False).hexdigest()

    def sibling(self) -> dict[str, Any]:
        """As `siblings` of model info lists it, with `blobs=true`."""
        entry: dict[str, Any] = {"rfilename": self.name, "size": self.size, "blobId": self.git_sha1}
        if self.is_large:
            entry["lfs"] = {"sha256": self.sha256, "size": self.size, "pointerSize": 134}
        return entry


@dataclass
class Repo:
    """One repository."""

    id: str
    files: dict[str, RepoFile]
    gated: bool = False
    # Tokens whose owners accepted the agreement.
    allowed: tuple[str, ...] = ()
    card: dict[str, Any] = field(default_factory=dict)

    def info(self) -> dict[str, Any]:
        """As `/api/models/{id}` gives it."""
        info: dict[str, Any] = {
            "id": self.id,
            "modelId": self.id,
            "author": self.id.partition("/")[0],
            "sha": COMMIT,
            "gated": "auto" if self.gated else False,
            "private": False,
            "downloads": 0,
            "likes": 0,
            "trendingScore": 0,
            "lastModified": "2026-01-01T00:00:00.000Z",
            "tags": ["gguf"] if any(n.endswith(".gguf") for n in self.files) else [],
        }
        return info | self.card


@dataclass(frozen=True)
class Request:
    """One request as it came in."""

    server: Where
    method: str
    path: str
    headers: Mapping[str, str]


@dataclass
class Answer:
    """What was sent for one request."""

    request: Request
    status: int
    sent_bytes: int = 0
