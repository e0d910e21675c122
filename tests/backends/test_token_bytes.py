"""Bytes of tokens: joined, they are the text, whatever the characters and however they are cut."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

from backends.mlx.token_bytes import TokenBytes

TEXTS = [
    "Hello, world!\n\t  two  spaces ",
    "naïve café — “quotes” …",
    "नमस्ते বাংলা 你好 こんにちは 안녕 עברית",
    "👩‍👩‍👧 🎉 🇩🇪 e\u0301 \u200b \x00\x7f\xa0",
    "<|im_start|> 12345 <think>",
]


def test_byte_level_vocabulary_of_a_real_model(quick_mlx_path: Path) -> None:
    script = """
import json, sys
from transformers import AutoTokenizer
from backends.mlx.token_bytes import TokenBytes
tokenizer = AutoTokenizer.from_pretrained(sys.argv[1])
pieces = TokenBytes(tokenizer, is_byte_level=True)
for text in json.load(sys.stdin):
    tokens = tokenizer.encode(text, add_special_tokens=False)
    print(json.dumps([len(tokens), b"".join(map(pieces.of, tokens)).hex()]))
"""
    command = [sys.executable, "-c", script, str(quick_mlx_path)]
    done = subprocess.run(
        command, input=json.dumps(TEXTS), capture_output=True, text=True, check=True
    )
    results = [json.loads(line) for line in done.stdout.splitlines()]
    for text, (count, joined) in zip(TEXTS, results, strict=True):
        # A control token is no text of the reply.
        assert bytes.fromhex(joined).decode() == text.replace("<|im_start|>", "")
        assert count > 1


def test_sentence_piece_vocabulary() -> None:
    words = {1: "▁Hello", 2: "<0xF0>", 3: "<0x9F>", 4: "<0x8E>", 5: "<0x89>", 6: "▁", 7: "<0x>"}
    tokenizer = SimpleNamespace(
        convert_ids_to_tokens=words.get,
        added_tokens_decoder={
            8: SimpleNamespace(special=True, content="</s>"),
            10: SimpleNamespace(special=True, content="<call>"),
            9: SimpleNamespace(special=False, content="<think>"),
        },
    )
    pieces = TokenBytes(tokenizer, is_byte_level=False, shown=("<call>",))
    joined = b"".join(pieces.of(token) for token in (1, 6, 2, 3, 4, 5, 7, 8, 9, 10, 99))
    assert joined.decode() == " Hello 🎉<0x><think><call>"
