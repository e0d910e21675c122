"""The model hub: search, the files of a repository, and who a token belongs to.

huggingface_hub asks; its connections go through `Network`, its errors become sentences here.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

from app.domain.errors import GatedError
from app.domain.hub import ModelCard, RepositoryFiles, SearchQuery
from app.domain.model import ModelFormat
from app.domain.transfer import check_repository
from app.domain.words import marked
from app.services.access_token import AccessToken
from app.services.hub_answers import FORMATS, Result, model_card, repository_files, translated
from app.services.network import Network

if TYPE_CHECKING:
    from huggingface_hub import HfApi, ModelInfo

# Searches that a user typed past end by themselves; a few may overlap.
_THREADS: Final = 4
_SORTS: Final = {
    "trending": "trending_score",
    "downloads": "downloads",
    "likes": "likes",
    "newest": "created_at",
}
_EXPAND: Final = (
    *("author", "createdAt", "downloads", "gated", "gguf", "lastModified", "library_name"),
    *("likes", "pipeline_tag", "tags", "trendingScore"),
)


class Hub:
    """Asks the hub that `network` names. Cancelling a task abandons its request."""

    def __init__(self, network: Network, token: AccessToken) -> None:
        self._network = network
        self._token = token
        self._threads: ThreadPoolExecutor | None = None

    async def search(self, query: SearchQuery) -> list[ModelCard]:
        """Repositories that match, in the order asked for. Raises `NetworkError`."""
        formats = FORMATS if query.format is None else (query.format,)
        found = await asyncio.gather(*(self._search_format(query, one) for one in formats))
        return _merge(query, [card for cards in found for card in cards])

    async def files(self, repository: str, revision: str = "main") -> RepositoryFiles:
        """What can be fetched of `owner/model`, one row a quantization.

        Raises `RepositoryError` where there is no such repository or no model in it, `GatedError`
        and other `NetworkError`s.
        """
        check_repository(repository)

        def ask(api: HfApi) -> ModelInfo:
            return api.model_info(repository, revision=revision, files_metadata=True)

        info = await self._ask(ask, repository)
        return repository_files(repository, info)

    async def readme(self, repository: str, revision: str = "main") -> str:
        """The model card as markdown, at most 1 MB; empty if there is none."""
        check_repository(repository)
        token = await self._token.value()
        return await self._in_thread(lambda: self._fetch_readme(repository, revision, token))

    async def whoami(self) -> str:
        """The name of the user that the token belongs to. Raises `GatedError` for a bad token."""
        if await self._token.value() is None:
            raise GatedError("There is no access token. Enter one in Settings.")

        def ask(api: Any) -> str:  # the library leaves the type of the answer open
            return str(api.whoami()["name"])

        return await self._ask(ask, None)

    async def close(self) -> None:
        """Abandon what is still asked, end the threads and close the library's connections."""
        if self._threads is not None:
            threads, self._threads = self._threads, None
            await asyncio.to_thread(threads.shutdown, wait=True, cancel_futures=True)
        if _serving.get("network") is self._network:
            from huggingface_hub import close_session

            close_session()

    async def _search_format(self, query: SearchQuery, kind: ModelFormat) -> list[ModelCard]:
        options: dict[str, Any] = {
            "search": query.text.strip() or None,
            "filter": [kind],
            "author": query.author,
            "gated": query.gated,
            "sort": _SORTS[query.sort],
            "limit": query.limit,
            "num_parameters": _parameter_range(query),
            "expand": list(_EXPAND),
        }

        def ask(api: HfApi) -> list[ModelInfo]:
            return list(api.list_models(**options))

        return [model_card(info) for info in await self._ask(ask, None)]

    async def _ask(self, ask: Callable[[HfApi], Result], repository: str | None) -> Result:
        token = await self._token.value()
        self._network.require_online(self._network.endpoint_host)

        def call() -> Result:
            return translated(lambda: ask(self._api(token)), repository, self._network)

        return await self._in_thread(call)

    async def _in_thread(self, call: Callable[[], Result]) -> Result:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="hub")
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    def _api(self, token: str | None) -> HfApi:
        """Built for each question: the token may have changed, and it costs nothing."""
        # Without this the library asks huggingface.co, unasked, which programs it may run under.
        os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
        from huggingface_hub import HfApi, set_client_factory

        from app.services.http_client import HubLibraryClient

        # One client for the whole process, closed by the library when another factory is set.
        if _serving.get("network") is not self._network:
            network = self._network
            set_client_factory(lambda: HubLibraryClient(network, marked("model hub")))
            _serving["network"] = network
        return HfApi(endpoint=self._network.endpoint, token=token or False)

    def _fetch_readme(self, repository: str, revision: str, token: str | None) -> str:
        import httpx2

        from app.services.http_client import connection_error, refuse_busy_server

        url = f"{self._network.endpoint}/{repository}/raw/{revision}/README.md"
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            with (
                self._network.client(marked("model card")) as client,
                client.stream("GET", url, headers=headers) as response,
            ):
                refuse_busy_server(response)
                if response.status_code != 200:
                    return ""
                return _read_text(response.iter_bytes(65536))
        except httpx2.TransportError as error:
            raise connection_error(error, self._network.endpoint_host) from error


# huggingface_hub has one client for the process; this is whose it is.
_serving: dict[str, Network] = {}
_README_BYTES: Final = 1_000_000


def _read_text(parts: Iterable[bytes]) -> str:
    text = bytearray()
    for part in parts:
        text += part
        if len(text) >= _README_BYTES:
            break
    return bytes(text[:_README_BYTES]).decode("utf-8", "replace")


def _parameter_range(query: SearchQuery) -> str | None:
    """In the hub's syntax: `min:6B,max:8B`."""
    ends = [
        f"{name}:{count / 1e9:g}B"
        for name, count in (("min", query.min_parameters), ("max", query.max_parameters))
        if count is not None
    ]
    return ",".join(ends) or None


def _merge(query: SearchQuery, cards: list[ModelCard]) -> list[ModelCard]:
    """Results of several formats as one list, in order, each repository once."""
    keys: dict[str, Callable[[ModelCard], Any]] = {
        "trending": lambda card: card.trending_score,
        "downloads": lambda card: card.downloads,
        "likes": lambda card: card.likes,
        "newest": lambda card: card.created or "",
    }
    unique = {card.repository: card for card in cards}.values()
    return sorted(unique, key=keys[query.sort], reverse=True)[: query.limit]
