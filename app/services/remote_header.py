"""Headers of models on the hub, by HTTP Range: a few MiB instead of the whole file.

What was read is kept on the disk by repository, file and the hub's ETag, which for a large file is
its SHA-256, so that the same quantization is never asked for twice.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec

from app.domain.errors import ModelFileError, NetworkError
from app.domain.gguf import Header, NeedMore, read_header
from app.domain.hub import HubFile, ModelFile
from app.domain.transfer import check_path, check_repository
from app.domain.units import memory_text
from app.domain.words import marked
from app.services.access_token import AccessToken
from app.services.files import replace_file
from app.services.mlx_headers import (
    CONFIG_BYTES,
    Headers,
    MlxHeaders,
    WeightsFile,
    weights_file,
)
from app.services.model_headers import ModelHeaders
from app.services.network import Network
from app.services.transfer_control import RestartError, RetryError, Stop

if TYPE_CHECKING:
    from app.services.http_client import HttpClient
    from app.services.range_request import HubFileSource

FIRST_BYTES: Final = 2 * 2**20
MOST_BYTES: Final = 64 * 2**20
# The table of one file of an MLX model is this long, or a few times that.
_FIRST_TABLE_BYTES: Final = 128 * 2**10
_CACHE_BYTES: Final = 512 * 2**20
_THREADS: Final = 4
_ATTEMPTS: Final = 2


T = TypeVar("T")
# Reads the first bytes of a file: what they say and how many of them say it, or what more it takes.
Parse = Callable[[bytes, HubFile], "tuple[T, int] | NeedMore"]


class _Place(msgspec.Struct, frozen=True):
    """Where one model is read from, and what breaks the reading off."""

    repository: str
    revision: str
    token: str | None
    stop: Stop


class RemoteHeader:
    """Reads headers of files on the hub. Cancelling the task breaks the connection."""

    def __init__(self, network: Network, token: AccessToken, cache: Path) -> None:
        self._network = network
        self._token = token
        self._cache = cache / "headers"
        self._threads: ThreadPoolExecutor | None = None
        self._client: HttpClient | None = None

    async def read(self, repository: str, revision: str, row: ModelFile) -> Headers:
        """The headers of all files of a model's weights, and of MLX the configuration.

        Raises `ModelError` for a file that is no sound model, `GatedError`, `OfflineError` and
        other `NetworkError`s.
        """
        check_repository(repository)
        place = _Place(repository, revision, await self._token.value(), Stop())
        if row.format == "mlx":
            return await self._read_mlx(place, row)
        found = await self._read_all(place, [(file, _gguf, FIRST_BYTES) for file in row.files])
        return ModelHeaders(tuple(one[0] for one in found), tuple(one[1] for one in found))

    async def _read_mlx(self, place: _Place, row: ModelFile) -> MlxHeaders:
        config = next((file for file in row.files if file.path == "config.json"), None)
        weights = [file for file in row.files if file.path.endswith(".safetensors")]
        if config is None or not weights:
            raise ModelFileError("{name} lacks its config.json or its weights.", name=row.name)
        (text,) = await self._read_all(place, [(config, _whole, CONFIG_BYTES)])
        tables = [(file, _safetensors, _FIRST_TABLE_BYTES) for file in weights]
        return MlxHeaders(config=text, files=tuple(await self._read_all(place, tables)))

    async def _read_all(
        self, place: _Place, wanted: Sequence[tuple[HubFile, Parse[T], int]]
    ) -> list[T]:
        reads = [
            self._in_thread(self._reading(place, file, parse, first))
            for file, parse, first in wanted
        ]
        try:
            return await asyncio.gather(*reads)
        except BaseException:  # a cancelled or failed read leaves no other behind
            place.stop.set()
            raise

    async def close(self) -> None:
        """Close the connections and end the threads."""
        if self._threads is not None:
            threads, self._threads = self._threads, None
            await asyncio.to_thread(threads.shutdown, wait=True, cancel_futures=True)
        if self._client is not None:
            self._client.close()
            self._client = None

    # --- inside -----------------------------------------------------------------------------

    async def _in_thread(self, read: Callable[[HttpClient], T]) -> T:
        if self._client is None:
            client = await asyncio.to_thread(self._network.client, marked("model header"))
            if self._client is None:
                self._client = client
            else:
                client.close()
        if self._threads is None:
            self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="remote-header")
        return await asyncio.get_running_loop().run_in_executor(self._threads, read, self._client)

    def _reading(
        self, place: _Place, file: HubFile, parse: Parse[T], first: int
    ) -> Callable[[HttpClient], T]:
        """What a thread does for one file, of which `first` bytes are enough most of the time."""
        check_path(file.path)

        def read(client: HttpClient) -> T:
            from app.services.range_request import HubFileSource as Source

            known = self._cache_file(place.repository, file)
            if (kept := _from_cache(known, file, parse)) is not None:
                return kept
            self._network.require_online(self._network.endpoint_host)
            where = (place.repository, place.revision)
            source = Source(client, self._network, where, file, place.token)
            found, data = _fetch(source, file, parse, first, place.stop)
            self._keep(known, data)
            return found

        return read

    def _cache_file(self, repository: str, file: HubFile) -> Path:
        etag = file.sha256 or file.git_sha1 or ""
        key = "\n".join((self._network.endpoint, repository, file.path, etag))
        return self._cache / hashlib.sha256(key.encode()).hexdigest()[:40]

    def _keep(self, path: Path, data: bytes) -> None:
        """Keep a header, and let the oldest go. A cache that cannot be written is no harm."""
        try:
            self._cache.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace_file(path, data)
            kept = [(one.stat(), one) for one in self._cache.iterdir()]
            total = sum(status.st_size for status, _ in kept)
            for status, one in sorted(kept, key=lambda entry: entry[0].st_mtime_ns):
                if total <= _CACHE_BYTES:
                    break
                one.unlink(missing_ok=True)
                total -= status.st_size
        except OSError:
            return


def _gguf(data: bytes, file: HubFile) -> tuple[tuple[Header, bytes], int] | NeedMore:
    header = read_header(data, file.size_bytes)
    if isinstance(header, NeedMore):
        return header
    return (header, data[: header.data_offset]), header.data_offset


def _safetensors(data: bytes, file: HubFile) -> tuple[WeightsFile, int] | NeedMore:
    found = weights_file(file.path, data, file.size_bytes)
    return NeedMore(found) if isinstance(found, int) else (found, len(found.start))


def _whole(data: bytes, file: HubFile) -> tuple[bytes, int] | NeedMore:
    return NeedMore(file.size_bytes) if len(data) < file.size_bytes else (data, len(data))


def _from_cache(path: Path, file: HubFile, parse: Parse[T]) -> T | None:
    try:
        found = parse(path.read_bytes(), file)
    except (OSError, ModelFileError):
        return None
    return None if isinstance(found, NeedMore) else found[0]


def _fetch(
    source: HubFileSource, file: HubFile, parse: Parse[T], first: int, stop: Stop
) -> tuple[T, bytes]:
    data = b""
    wanted = first
    while True:
        end = min(wanted, file.size_bytes)
        data += _read_range(source, file, len(data), end, stop)
        header = parse(data, file)
        if not isinstance(header, NeedMore):
            return header[0], data[: header[1]]
        if header.byte_count > MOST_BYTES:
            raise ModelFileError(
                "The header of {path} is larger than {most}, so it was not read. Such a file is "
                "likely damaged; choose another one.",
                path=file.path,
                most=memory_text(MOST_BYTES),
            )
        wanted = min(max(header.byte_count, 2 * len(data)), MOST_BYTES)


def _read_range(source: HubFileSource, file: HubFile, start: int, end: int, stop: Stop) -> bytes:
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return _read_once(source, file, start, end, stop)
        except RestartError as error:
            raise NetworkError(
                "{reason} Open the repository again.", reason=error.reason
            ) from error
        except RetryError as error:
            if attempt == _ATTEMPTS or error.wait_seconds is not None:
                raise NetworkError("{reason} Try again later.", reason=error.reason) from error
    raise AssertionError("the last attempt returns or raises")


def _read_once(source: HubFileSource, file: HubFile, start: int, end: int, stop: Stop) -> bytes:
    """Bytes `start` to `end`; a server may send less at once, but never the whole file."""
    buffer = bytearray(end - start)
    filled = 0
    while filled < len(buffer):
        with source.open(start + filled, end, stop) as body:
            if body.end > end:
                raise NetworkError(
                    "The server of {path} sends whole files only, so its memory cannot be "
                    "foretold from a part of it. Download it to see.",
                    path=file.path,
                )
            view = memoryview(buffer)
            while start + filled < body.end:
                filled += body.read_into(view[filled : body.end - start])
    return bytes(buffer)
