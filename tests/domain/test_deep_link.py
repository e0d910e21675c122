"""Links of web pages: what they may ask for, and that nothing else is taken."""

from __future__ import annotations

import pytest

from app.domain.deep_link import DeepLink, read_link
from app.domain.errors import UsageError


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("quantbench://open_from_hf?model=o/m-GGUF", DeepLink("o/m-GGUF")),
        (
            "quantbench://open_from_hf/?model=o%2Fm&file=sub%2Fm%20x-Q4_K_M.gguf&from=web",
            DeepLink("o/m", "sub/m x-Q4_K_M.gguf"),
        ),
    ],
)
def test_links_that_are_understood(text: str, link: DeepLink) -> None:
    assert read_link(text) == link


@pytest.mark.parametrize(
    "text",
    [
        "quantbench://",
        "quantbench://open_from_hf",
        "quantbench://open_from_hf?model=",
        "quantbench://open_from_hf?model=../../etc",
        "quantbench://open_from_hf?model=o/m&file=../../x.gguf",
        "quantbench://open_from_hf?model=o/m&file=/etc/x.gguf",
        "quantbench://run?model=o/m",
        "quantbench://[x?model=o/m",
        "quantbench://open_from_hf?" + "&".join("model=o/m" for _ in range(20)),
    ],
)
def test_other_links_are_refused_with_the_right_shape(text: str) -> None:
    with pytest.raises(UsageError, match="It should look like quantbench://open_from_hf"):
        read_link(text)
