"""Which quantization is recommended, which one words mean, and how numbers of downloads read."""

from __future__ import annotations

import pytest

from app.domain.errors import RepositoryError
from app.domain.hub import HubFile, ModelFile
from app.domain.recommendation import find_row, recommend, split_reference
from app.domain.starter import Starter, suitable
from app.domain.units import bits_text, compact_text, remaining_text, transfer_text


def row(quantization: str, size: int = 0, problem: str | None = None) -> ModelFile:
    name = f"model-{quantization}"
    files = (HubFile(path=f"{name}.gguf", size_bytes=size),)
    return ModelFile(
        name=name, format="gguf", quantization=quantization, files=files, problem=problem
    )


ROWS = [row("Q2_K", 2), row("Q3_K_M", 3), row("Q4_K_M", 4), row("Q8_0", 8), row("F16", 16)]


def picked(fits: dict[str, str], parameters: int | None = None) -> str:
    advice = recommend(ROWS, {f"model-{k}": v for k, v in fits.items()}, parameters)
    assert advice is not None
    assert advice.reason.endswith(".")
    return f"{advice.row.quantization}: {advice.reason}"


def test_without_estimates_the_usual_one_is_taken() -> None:
    assert picked({}).startswith("Q4_K_M: Around four bits")
    assert picked({}, 1_000_000_000).startswith("Q8_0: A small model")


def test_what_fits_decides() -> None:
    roomy = dict.fromkeys(("Q2_K", "Q3_K_M", "Q4_K_M", "Q8_0"), "fits")
    assert picked(roomy).startswith("Q4_K_M: It fits")
    assert picked({"Q2_K": "fits", "Q3_K_M": "fits", "Q4_K_M": "tight"}).startswith(
        "Q3_K_M: The most"
    )
    assert picked({"Q2_K": "tight", "Q3_K_M": "tight", "Q4_K_M": "too_big"}).startswith(
        "Q3_K_M: The larg"
    )
    assert picked({"Q2_K": "partial", "Q4_K_M": "partial"}).startswith("Q2_K: None fits the graph")
    assert picked({"Q2_K": "too_big", "F16": "too_big"}).startswith("Q2_K: The smallest one. None")


def test_what_cannot_be_fetched_is_never_recommended() -> None:
    assert recommend([row("Q4_K_M", 4, "Parts are missing.")], {}) is None
    advice = recommend([row("Q4_K_M", 4, "Parts are missing."), row("Q2_K", 2)], {})
    assert advice is not None
    assert advice.row.quantization == "Q2_K"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a/b", ("a/b", None, None)),
        ("hf:a/b", ("a/b", None, None)),
        ("a/b:Q4_K_M", ("a/b", "Q4_K_M", None)),
        ("a/b/c.gguf", ("a/b", None, "c.gguf")),
        ("a/b/folder/c.gguf", ("a/b", None, "folder/c.gguf")),
        ("nothing", ("nothing", None, None)),
    ],
)
def test_references(text: str, wanted: tuple[str, str | None, str | None]) -> None:
    assert split_reference(text) == wanted


def test_rows_are_found_by_quantization_name_and_file() -> None:
    for quantization, file in (
        ("q4_k_m", None),
        (None, "model-Q4_K_M.gguf"),
        ("model-q4_k_m", None),
    ):
        assert find_row(ROWS, quantization, file).quantization == "Q4_K_M"
    with pytest.raises(RepositoryError, match=r"holds no Q5_K_M\. It holds Q2_K, Q3_K_M"):
        find_row(ROWS, "Q5_K_M", None)
    with pytest.raises(RepositoryError, match="could be"):
        find_row([*ROWS, *ROWS], "Q2_K", None)


def test_starters_suit_the_memory() -> None:
    starters = [
        Starter(title=f"{size}", repository="a/b", quantization="Q4_K_M", size_bytes=size * 10**9,
                parameter_count=1, license="mit", why="")
        for size in (1, 2, 5, 9, 18, 40)
    ]  # fmt: skip
    assert [one.title for one in suitable(starters, 16 * 10**9)] == ["5", "2", "1"]
    assert [one.title for one in suitable(starters, 64 * 10**9)] == ["18", "9", "5", "2"]
    assert [one.title for one in suitable(starters, 10**9)] == ["1"]


def test_texts_of_numbers() -> None:
    assert [remaining_text(s) for s in (0.2, 47.4, 99, 5000, 7500)] == [
        "1 s", "47 s", "2 min", "83 min", "2 h 05 min",
    ]  # fmt: skip
    assert [compact_text(n) for n in (0, 999, 1000, 12_345, 412_345, 1_234_567)] == [
        "0", "999", "1.0k", "12.3k", "412k", "1.2M",
    ]  # fmt: skip
    assert transfer_text(84_200_000) == "84 MB/s"
    assert (bits_text(4.851), bits_text(16)) == ("4.85", "16.0")
