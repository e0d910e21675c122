"""How the stand-in of the hub answers: its API, its files, and its CDN's files."""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

from tests.fakes.hub_faults import HTML, Faults, Where, read_chunks
from tests.fakes.hub_repos import COMMIT, Repo, RepoFile, Request

if TYPE_CHECKING:
    from tests.fakes.hub import FakeHub, _Server

_SORT_KEYS = {
    "trendingScore": "trendingScore",
    "trending_score": "trendingScore",
    "downloads": "downloads",
    "likes": "likes",
    "lastModified": "lastModified",
    "last_modified": "lastModified",
}


# What `sendfile` gets at a time: more is slower to be counted, less is slower to be sent.
_SENDFILE_BYTES = 1 << 20


class _Handler(BaseHTTPRequestHandler, ABC):
    """What both servers share: records, JSON, ranges and faults."""

    protocol_version = "HTTP/1.1"
    where: Where = "hub"

    def setup(self) -> None:
        super().setup()
        self.hub: FakeHub = cast("_Server", self.server).hub

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet: the records tell more."""

    def do_HEAD(self) -> None:
        """The same as GET without a body."""
        self.do_GET()

    def do_GET(self) -> None:
        """Answer one request; an absolute address means that this server is used as a proxy."""
        parts = urlsplit(self.path)
        self.route = unquote(parts.path)
        self.query = parse_qs(parts.query)
        self.answer_request()

    @abstractmethod
    def answer_request(self) -> None:
        """Answer what `route` and `query` ask for."""

    def request_record(self) -> Request:
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Request(self.where, self.command, self.path, headers)

    def head(self, status: int, headers: dict[str, Any]) -> None:
        self.record = self.hub.begin(self.request_record(), status)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, str(value))
        self.end_headers()

    def send(self, status: int, body: bytes, headers: dict[str, Any]) -> None:
        self.head(status, {"Content-Length": len(body), **headers})
        if self.command != "HEAD":
            self.hub.sending(self.record, len(body))
            self.wfile.write(body)

    def send_json(self, value: Any, headers: dict[str, Any] | None = None) -> None:
        body = json.dumps(value).encode()
        self.send(200, body, {"Content-Type": "application/json", **(headers or {})})

    def send_error_code(self, status: int, code: str, message: str) -> None:
        headers = {"X-Error-Code": code, "X-Error-Message": message}
        self.send(status, json.dumps({"error": message}).encode(), headers)

    def send_fault(self, faults: Faults) -> bool:
        """Answer with a fault that needs no file; False if there is none."""
        if "status" in faults:
            fault = faults["status"]
            headers: dict[str, Any] = {}
            if fault.retry_after is not None:
                headers["Retry-After"] = fault.retry_after
            if fault.error_code is not None:
                headers["X-Error-Code"] = fault.error_code
            self.send(fault.value, b"{}", headers)
        elif "html" in faults:
            self.send(200, HTML, {"Content-Type": "text/html; charset=utf-8"})
        elif "redirect" in faults:
            self.send(302, b"", {"Location": faults["redirect"].location})
        else:
            return False
        return True

    def token(self) -> str | None:
        """The access token that came with the request."""
        return self.headers.get("Authorization", "").removeprefix("Bearer ") or None

    # --- bytes of a file --------------------------------------------------------------------

    def send_file(self, file: RepoFile, etag: str, faults: Faults) -> None:
        """The file or a range of it, as the faults have it."""
        if "new_etag" in faults:
            etag = etag[::-1]
        start, end = 0, file.size
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        condition = self.headers.get("If-Range")
        is_same = condition is None or condition == f'"{etag}"'
        is_part = wanted is not None and is_same and "ignore_range" not in faults
        if wanted and is_part:
            start = int(wanted[1])
            end = min(int(wanted[2]) + 1, file.size) if wanted[2] else file.size
            if start >= file.size:
                self.send(416, b"", {"Content-Range": f"bytes */{file.size}"})
                return
        headers: dict[str, Any] = {
            "Content-Length": end - start + faults.value("wrong_length"),
            "ETag": f'"{etag}"',
            "Accept-Ranges": "bytes",
            "Content-Type": "binary/octet-stream",
        }
        if is_part:
            shift, total = faults.value("wrong_range"), file.size + faults.value("wrong_total")
            headers["Content-Range"] = f"bytes {start + shift}-{end - 1 + shift}/{total}"
        self.head(206 if is_part else 200, headers)
        if self.command != "HEAD":
            self._send_body(file, start, end, faults)

    def _send_body(self, file: RepoFile, start: int, end: int, faults: Faults) -> None:
        if faults.is_plain and file.path is not None:
            with file.path.open("rb") as source:
                for at in range(start, end, _SENDFILE_BYTES):
                    count = min(_SENDFILE_BYTES, end - at)
                    self.hub.sending(self.record, count)
                    self.connection.sendfile(source, at, count)
        else:
            chunks = read_chunks(file.content, start, end)
            for part in faults.body(chunks, start, file.size, self.hub.closing):
                self.hub.sending(self.record, len(part))
                self.wfile.write(part)
        # A body that is shorter than its head said ends with the connection.
        self.close_connection = not faults.is_plain or "wrong_length" in faults


class CdnHandler(_Handler):
    """The object store behind the hub. It must never see an access token."""

    where = "cdn"

    def answer_request(self) -> None:
        if "Signature" not in self.query:
            self.send(403, b"", {})
            return
        faults = self.hub.strike("cdn", self.route)
        if self.send_fault(faults):
            return
        repo, _, rest = self.route.removeprefix("/").partition("/resolve/")
        file = self.hub.repos[repo].files[rest.partition("/")[2]]
        self.send_file(file, file.cdn_etag, faults)


class HubHandler(_Handler):
    """The hub itself."""

    where = "hub"

    def answer_request(self) -> None:
        if self.route.startswith("/api/"):
            self._answer_api()
        else:
            self._answer_file()

    # --- API --------------------------------------------------------------------------------

    def _answer_api(self) -> None:
        if self.send_fault(self.hub.strike("api", self.route)):
            return
        if self.route == "/api/whoami-v2":
            self._answer_whoami()
        elif self.route == "/api/models":
            self._answer_search()
        elif found := re.fullmatch(r"/api/models/([^/]+/[^/]+)(?:/(.*))?", self.route):
            self._answer_repo(found[1], found[2] or "")
        else:
            self.send_error_code(404, "NotFound", "Not found")

    def _answer_whoami(self) -> None:
        name = self.hub.tokens.get(self.token() or "")
        if name is None:
            self.send_error_code(401, "InvalidToken", "Invalid credentials in Authorization header")
        else:
            access = {"displayName": "test", "role": "read"}
            auth = {"type": "access_token", "accessToken": access}
            self.send_json({"type": "user", "name": name, "auth": auth})

    def _answer_search(self) -> None:
        found = [repo.info() for repo in self.hub.repos.values() if self._matches(repo)]
        key = _SORT_KEYS.get(self._first("sort"), "trendingScore")
        found.sort(key=lambda info: info[key], reverse=True)
        start = int(self._first("cursor") or 0)
        size = min(int(self._first("limit") or self.hub.page_size), self.hub.page_size)
        headers = {}
        if start + size < len(found):
            query = {name: values for name, values in self.query.items() if name != "cursor"}
            text = urlencode({**query, "cursor": start + size}, doseq=True)
            headers["Link"] = (
                f'<{self.hub.link_to or self.hub.endpoint}/api/models?{text}>; rel="next"'
            )
        self.send_json(found[start : start + size], headers)

    def _first(self, name: str) -> str:
        return self.query.get(name, [""])[0]

    def _matches(self, repo: Repo) -> bool:
        info = repo.info()
        wanted = [tag for value in self.query.get("filter", []) for tag in value.split(",")]
        gated = self._first("gated")
        return (
            self._first("search").lower() in repo.id.lower()
            and self._first("author").lower() in {"", info["author"].lower()}
            and set(wanted) <= set(info["tags"])
            and (not gated or (gated.lower() == "true") == bool(info["gated"]))
        )

    def _answer_repo(self, name: str, rest: str) -> None:
        repo = self.hub.repos.get(name)
        if repo is None:
            # The hub does not tell strangers whether a repository exists.
            status = 404 if self.token() in self.hub.tokens else 401
            self.send_error_code(status, "RepoNotFound", "Repository not found")
            return
        kind, _, revision = rest.partition("/")
        if revision and revision.partition("/")[0] not in {"main", COMMIT}:
            self.send_error_code(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        elif kind == "tree":
            self.send_json([self._tree_entry(file) for file in repo.files.values()])
        else:
            info = repo.info()
            has_blobs = self._first("blobs").lower() == "true"
            info["siblings"] = [
                file.sibling() if has_blobs else {"rfilename": file.name}
                for file in repo.files.values()
            ]
            self.send_json(info)

    def _tree_entry(self, file: RepoFile) -> dict[str, Any]:
        entry: dict[str, Any] = {"type": "file", "path": file.name, "size": file.size}
        entry["oid"] = file.git_sha1
        if file.is_large:
            entry["lfs"] = {"oid": file.sha256, "size": file.size, "pointerSize": 134}
        return entry

    # --- files ------------------------------------------------------------------------------

    def _answer_file(self) -> None:
        found = re.fullmatch(r"/([^/]+/[^/]+)/(?:resolve|raw)/([^/]+)/(.+)", self.route)
        repo = self.hub.repos.get(found[1]) if found else None
        if found is None or repo is None:
            self.send_error_code(401, "RepoNotFound", "Repository not found")
        elif repo.gated and self.token() not in repo.allowed:
            status = 403 if self.token() in self.hub.tokens else 401
            self.send_error_code(status, "GatedRepo", f"Access to model {repo.id} is restricted.")
        elif found[2] not in {"main", COMMIT}:
            self.send_error_code(404, "RevisionNotFound", "Invalid rev id")
        elif found[3] not in repo.files:
            self.send_error_code(404, "EntryNotFound", "Entry not found")
        else:
            self._resolve(repo, repo.files[found[3]])

    def _resolve(self, repo: Repo, file: RepoFile) -> None:
        faults = self.hub.strike("hub", self.route)
        if self.send_fault(faults):
            return
        if not file.is_large:
            self.send_file(file, file.etag, faults)
            return
        etag = file.etag[::-1] if "new_etag" in faults else file.etag
        target = f"{self.hub.cdn}/{repo.id}/resolve/{COMMIT}/{quote(file.name)}"
        headers = {
            "Location": f"{target}?Signature=abc&Date={quote(formatdate())}",
            "X-Repo-Commit": COMMIT,
            "X-Linked-Etag": f'"{etag}"',
            "X-Linked-Size": file.size,
            "Accept-Ranges": "bytes",
        }
        self.send(302, b"", headers)
