"""Messages for the tests of the transcript: ordinary ones and hostile ones."""

from __future__ import annotations

from typing import Any

from app.domain.conversation import Message

REPLY = """<think>
The user asks for **bandwidth**.
</think>

## Why decoding is memory-bound

**Each new token reads every weight once.** See [roofline](https://example.org/roofline) for the
`bandwidth` and https://example.org/bare too.

1. tokens per second
2. halving the bits
   - nested item
     - deeper item

| Quantization | Size | Decode |
|:--|--:|--:|
| Q8_0 | 8.7 GB | 62 t/s |
| Q4_K_M | 5.0 GB | 104 t/s |

> A quote of two
> lines.

```python
def speed(bandwidth: float) -> float:
    return bandwidth * 0.85  # measured
```

- [x] done
- [ ] not done

---

The end, with an ![image](https://example.org/x.png).
"""

HOSTILE = {
    "one run": "x" * 1_000_000,
    "words": "word " * 200_000,
    "empty lines": "\n" * 1_000_000,
    "nested quotes": ">" * 20_000,
    "lines of nested quotes": ("> " * 100 + "a\n") * 2_000,
    "table": "|" + "a|" * 10 + "\n|" + "-|" * 10 + "\n" + ("|" + "12|" * 10 + "\n") * 2_000,
    "wide table": "|" + "a|" * 1_500 + "\n|" + "-|" * 1_500 + "\n|" + "a|" * 1_500,
    "code": "```python\n" + "x = 1  # a\n" * 100_000,
    "one line of code": "```json\n" + '{"a":1},' * 125_000,
    "brackets": "[" * 100_000,
    "stars": "*a **a " * 20_000,
    "nested list": "".join("  " * min(i, 200) + "- a\n" for i in range(2_000)),
    "NUL": "a\0" * 100_000,
    "bidi overrides": "abc\u202edef\u202c" * 20_000,
    "lone surrogates": "a\ud800b\udfff" * 50_000,
    "combining marks": ("a" + "\u0301" * 50) * 2_000,
    "dense emphasis": "*a* **b** `c` " * 20_000,
    "dense code": "`c` " * 50_000,
    "dense links": "[a](https://x.y) " * 20_000,
    "dense strikes": "~~a~~ " * 20_000,
    "one dense cell": "|a|\n|-|\n|" + "*a* `b` " * 3_000 + "|\n",
    "right to left": "\u05d0 *\u05d1* " * 20_000,
    "dense formulas": "$x$ " * 50_000,
    "a formula without end": "$$\n" + "\\frac{1}{" * 20_000,
    "formulas": "$$\n\\frac{a}{b}\n$$\n" * 5_000,
    "images": "![x](/dev/zero) ![y](//host/share/z.png) " * 500,
}


def message(number: int, role: Any, text: str, **more: Any) -> Message:
    """A message of a conversation, complete unless told otherwise."""
    fields: dict[str, Any] = {"state": "complete", "created_at": 0.0, "parent_id": None} | more
    return Message(id=number, conversation_id=1, role=role, text=text, **fields)
