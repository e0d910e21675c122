"""A whole visit to the hub in a process that notes every address it looks up or connects to.

python -m tests.fakes.guarded_session ENDPOINT FOLDER REPOSITORY
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

_reached: list[list[Any]] = []


def _note(event: str, args: tuple[Any, ...]) -> None:
    if event == "socket.connect" and isinstance(args[1], tuple):
        _reached.append([args[1][0], args[1][1]])
    elif event == "socket.getaddrinfo":
        _reached.append([args[0], args[1]])


sys.addaudithook(_note)

# What the imports reach counts too.
# ruff: noqa: E402
from app.domain.hub import SearchQuery, plan_download
from app.services.access_token import AccessToken
from app.services.downloads import Downloads
from app.services.hub import Hub
from app.services.network import Network
from app.services.remote_header import RemoteHeader


async def visit(endpoint: str, folder: Path, repository: str) -> Network:
    """Search, list, read the card and a header, download."""
    network = Network(endpoint=endpoint, offline=False)
    token = AccessToken(folder / "secrets", network.endpoint_host)
    hub = Hub(network, token)
    remote = RemoteHeader(network, token, folder / "cache")
    downloads = Downloads(folder / "models", network, token)
    await hub.search(SearchQuery(text="a"))
    await hub.readme(repository)
    found = await hub.files(repository)
    await remote.read(repository, found.revision, found.rows[0])
    async for _ in downloads.start(plan_download(found, found.rows[0])):
        pass
    await downloads.close()
    await remote.close()
    await hub.close()
    return network


if __name__ == "__main__":
    used = asyncio.run(visit(sys.argv[1], Path(sys.argv[2]), sys.argv[3]))
    totals = [[one.host, one.purpose, one.requests] for one in used.ledger.totals()]
    sys.stdout.write(json.dumps({"reached": _reached, "totals": totals}))
