"""The bytes that a token of an MLX model stands for, so that no character is ever cut.

Vocabularies write bytes in two ways: GPT-2's byte-level BPE maps each byte to a printable
character; SentencePiece writes a space as U+2581 and lone bytes as `<0x0A>`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import Any

_SPACE = "\u2581"
_BYTE = re.compile(r"<0x([0-9A-Fa-f]{2})>")


class TokenBytes:
    """Turns tokens into bytes; control tokens stand for none."""

    def __init__(self, tokenizer: Any, *, is_byte_level: bool, shown: Collection[str] = ()) -> None:
        """`shown`: control tokens that are part of the reply all the same, such as `<think>`."""
        self._tokenizer = tokenizer
        added: dict[int, Any] = getattr(tokenizer, "added_tokens_decoder", {})
        self._added = {
            token: b"" if entry.special and entry.content not in shown else entry.content.encode()
            for token, entry in added.items()
        }
        self._of_text: Callable[[str], bytes] = _byte_level if is_byte_level else _sentence_piece

    def of(self, token: int) -> bytes:
        """The bytes of a token; none for one that the vocabulary does not have."""
        known = self._added.get(token)
        if known is not None:
            return known
        text: str | None = self._tokenizer.convert_ids_to_tokens(token)
        return b"" if text is None else self._of_text(text)


def _sentence_piece(text: str) -> bytes:
    found = _BYTE.fullmatch(text)
    if found:
        return bytes((int(found[1], 16),))
    return text.replace(_SPACE, " ").encode()


def _byte_level(text: str) -> bytes:
    return b"".join(
        bytes((_BYTE_OF[character],)) if character in _BYTE_OF else character.encode()
        for character in text
    )


def _byte_alphabet() -> dict[str, int]:
    """GPT-2's table: printable bytes stand for themselves, the others follow from U+0100 on."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [value for value in range(256) if value not in printable]
    alphabet = {chr(value): value for value in printable}
    alphabet.update({chr(0x100 + index): value for index, value in enumerate(others)})
    return alphabet


_BYTE_OF = _byte_alphabet()
