"""Addresses of servers as people type them."""

from __future__ import annotations

import pytest

from app.domain.remote import base_address


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("localhost:8000", "http://localhost:8000"),
        ("gpu-box", "http://gpu-box"),
        ("127.0.0.1:11434/v1/", "http://127.0.0.1:11434"),
        ("192.168.1.5:1234", "http://192.168.1.5:1234"),
        ("[::1]:8080", "http://[::1]:8080"),
        ("api.example.org", "https://api.example.org"),
        (" https://example.org/llm/v1/chat/completions ", "https://example.org/llm"),
        ("http://example.org/v1/models", "http://example.org"),
    ],
)
def test_address_is_understood(typed: str, address: str) -> None:
    assert base_address(typed) == address
