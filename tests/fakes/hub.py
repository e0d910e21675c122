"""A stand-in of the model hub: a real HTTP server on loopback, and a second one as its CDN.

with FakeHub() as hub:
    hub.add("tester/tiny-GGUF", {"tiny-Q4_1.gguf": path, "README.md": b"..."})
    hub.faults.append(Fault("drop", value=1_000_000, times=2))
    ...  # HF_ENDPOINT is hub.endpoint
    hub.requests  # what came in
"""

from __future__ import annotations

import mmap
import socket
import sys
import threading
from collections.abc import Mapping
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from tests.fakes.hub_faults import Fault, Faults, Where
from tests.fakes.hub_handler import CdnHandler, HubHandler
from tests.fakes.hub_repos import Answer, Repo, RepoFile, Request


class FakeHub:
    """The two servers, their repositories, faults and records."""

    def __init__(self, page_size: int = 20) -> None:
        self.page_size = page_size
        self.repos: dict[str, Repo] = {}
        self.tokens: dict[str, str] = {"hf_good": "tester"}
        self.faults: list[Fault] = []
        self.answers: list[Answer] = []
        # Where the link to a next page leads.
        self.link_to = ""
        self.closing = threading.Event()
        self._changed = threading.Condition()
        self._held: dict[str, int] = {}
        self._maps: list[mmap.mmap] = []
        self._servers = [_Server(self, HubHandler), _Server(self, CdnHandler)]
        self._threads = [
            threading.Thread(target=server.serve_forever, args=(0.02,), name="fake-hub")
            for server in self._servers
        ]

    @property
    def endpoint(self) -> str:
        """For HF_ENDPOINT."""
        return f"http://127.0.0.1:{self._servers[0].server_port}"

    @property
    def cdn(self) -> str:
        """The origin that large files are redirected to."""
        return f"http://127.0.0.1:{self._servers[1].server_port}"

    @property
    def requests(self) -> list[Request]:
        """Everything that came in, in order."""
        with self._changed:
            return [answer.request for answer in self.answers]

    def body_requests(self, name: str = "") -> list[Answer]:
        """The GET requests that ask for the bytes of a file, redirects not counted."""
        with self._changed:
            return [
                one
                for one in self.answers
                if one.request.method == "GET"
                and "/resolve/" in one.request.path
                and one.request.path.partition("?")[0].endswith(name)
                and one.status in {200, 206, 416}
            ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self.release()
        for server, thread in zip(self._servers, self._threads, strict=True):
            server.shutdown()
            server.close_connections()
            server.server_close()
            thread.join()
        self.repos.clear()

    def add(
        self,
        repo_id: str,
        files: Mapping[str, bytes | Path],
        *,
        gated: bool = False,
        allowed: tuple[str, ...] = (),
        **card: Any,
    ) -> Repo:
        """Add a repository. Files on disk are mapped, so that large ones cost no memory."""
        entries = {name: self._file(name, content) for name, content in files.items()}
        repo = Repo(repo_id, entries, gated=gated, allowed=allowed, card=card)
        self.repos[repo_id] = repo
        return repo

    def add_folder(self, repo_id: str, folder: Path, **card: Any) -> Repo:
        """Add a repository with all files of a folder."""
        files = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}
        return self.add(repo_id, files, **card)

    def _file(self, name: str, content: bytes | Path) -> RepoFile:
        if isinstance(content, bytes):
            return RepoFile(name, memoryview(content))
        with content.open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._maps.append(mapped)
        return RepoFile(name, memoryview(mapped), content)

    # --- used by the handlers ---------------------------------------------------------------

    def begin(self, request: Request, status: int) -> Answer:
        """Record an answer that is about to be sent."""
        answer = Answer(request, status)
        with self._changed:
            self.answers.append(answer)
            self._changed.notify_all()
        return answer

    def sending(self, answer: Answer, count: int) -> None:
        """Record bytes of a body, before they go: who has them can look here at once.

        Waits while the file is held.
        """
        with self._changed:
            answer.sent_bytes += count
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._is_held(answer))

    def _is_held(self, answer: Answer) -> bool:
        return any(
            answer in self.body_requests(name) and self._sent_bytes(name) > count
            for name, count in self._held.items()
        )

    def _sent_bytes(self, name: str) -> int:
        return sum(answer.sent_bytes for answer in self.body_requests(name))

    def strike(self, where: Where, path: str) -> Faults:
        """The faults for one request."""
        with self._changed:
            return Faults([fault for fault in self.faults if fault.applies(where, path)])

    # --- used by tests ----------------------------------------------------------------------

    def wait_for_bytes(self, count: int, name: str = "", timeout_seconds: float = 60) -> None:
        """Block until that many body bytes of a file were sent since the hub started."""
        with self._changed:
            came = self._changed.wait_for(lambda: self._sent_bytes(name) >= count, timeout_seconds)
            assert came, "the hub sent too little"

    def hold(self, count: int, name: str = "") -> None:
        """Send no more than so many body bytes of a file, by all connections together."""
        with self._changed:
            self._held[name] = count

    def release(self, *names: str) -> None:
        """Send the rest of what is held under these names; without names, of everything."""
        with self._changed:
            for name in names or tuple(self._held):
                del self._held[name]
            self._changed.notify_all()


class _Server(ThreadingHTTPServer):
    """Knows its connections, so that it can close them and leave no thread."""

    daemon_threads = False
    request_queue_size = 64

    def __init__(self, hub: FakeHub, handler: type) -> None:
        self.hub = hub
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def close_connections(self) -> None:
        """Wake every thread that reads from or writes to a client."""
        with self._lock:
            for connection in self._connections:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # the client was faster

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news; anything else is printed and seen."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)
