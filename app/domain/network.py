"""The ledger of outgoing connections: which host, what for, how many bytes, when."""

from __future__ import annotations

import msgspec


class OutgoingRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One request that left this machine. Nothing of its address but the host is kept."""

    # Seconds since the epoch.
    started: float
    host: str
    purpose: str
    method: str
    # None while no answer has come.
    status: int | None
    sent_bytes: int
    received_bytes: int


class HostTotal(msgspec.Struct, frozen=True, kw_only=True):
    """All requests to one host for one purpose."""

    host: str
    purpose: str
    requests: int
    sent_bytes: int
    received_bytes: int
    last_started: float
