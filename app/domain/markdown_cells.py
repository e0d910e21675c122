"""Which cells of a table are numbers, so that their column is set to the right."""

from __future__ import annotations

import re
from collections.abc import Sequence

# A number with its sign, thousands and unit: "1,234.5", "-3 %", "$0.40", "62 t/s", "~5.0 GiB".
_NUMBER = re.compile(
    r"[~≈<>≤≥±+\-−]?\s?[$€£¥]?\d[\d.,'\u00a0\u202f]*(?:[eE][+\-]?\d+)?"
    r"\s?(?:[%‰×x°€$£¥]|[A-Za-zµ°]{1,8}(?:/[A-Za-z]{1,6})?)?"
)
_NOTHING = frozenset({"", "-", "–", "—", "n/a", "N/A"})


def is_number(cell: str) -> bool:
    """Whether a cell shows a number, with or without a unit."""
    return len(cell) <= 40 and _NUMBER.fullmatch(cell.strip()) is not None


def is_number_column(cells: Sequence[str]) -> bool:
    """Whether the cells below the head of a column are numbers, or empty, and not all empty."""
    written = [cell for cell in cells if cell.strip() not in _NOTHING]
    return bool(written) and all(is_number(cell) for cell in written)
