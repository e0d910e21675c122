"""Which builds of the engine are proposed for the cards of a machine."""

from __future__ import annotations

import pytest

from app.domain.engine_build import SourceCode, proposals
from app.domain.hardware import Gpu


def test_builds_are_proposed_for_the_cards_that_are_there() -> None:
    nvidia = Gpu(name="RTX 4090", vendor="nvidia", driver="555.42.06")
    cuda, vulkan = proposals([nvidia, nvidia], "0.3.36")
    assert cuda.index is not None
    assert cuda.index.address.endswith("/whl/cu124")
    assert cuda.source == SourceCode("llama-cpp-python==0.3.36", "-DGGML_CUDA=ON")
    assert vulkan.name == "vulkan"
    (metal,) = proposals([Gpu(name="M3", vendor="apple")], "0.3.36")
    assert metal.source.cmake_args == "-DGGML_METAL=ON"
    assert not proposals([], "0.3.36")


@pytest.mark.parametrize(
    ("driver", "capability", "index"),
    [
        ("595.10", (9, 0), "cu130"),
        ("580.65.06", None, "cu130"),
        ("580.65.06", (6, 1), "cu124"),  # a GTX 1080, which CUDA 13 left behind
        ("535.1", (8, 6), "cu121"),
        ("470.1", (8, 6), "cu118"),
        ("470.1", (3, 5), None),
        ("390.1", None, None),
        (None, (8, 6), None),
    ],
)
def test_index_of_a_cuda_that_the_card_and_its_driver_run(
    driver: str | None, capability: tuple[int, int] | None, index: str | None
) -> None:
    card = Gpu(name="Card", vendor="nvidia", driver=driver, compute_capability=capability)
    cuda, vulkan = proposals([card], "0.3.36")
    assert (cuda.index.address.rpartition("/")[2] if cuda.index else None) == index
    assert vulkan.index is not None
