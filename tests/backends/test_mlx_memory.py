"""How much memory MLX is allowed on a Mac, asked of a device that answers like one.

No Mac runs these tests; what they hold is the arithmetic, and the order of the calls.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from app.domain.units import GIB
from backends.mlx.library import Mlx, bound_memory, wire


@dataclass
class Core:
    """The part of `mlx.core` that sets limits; `recommended` None: a device that has none."""

    recommended: int | None
    has_wired_limit: bool = True
    limits: dict[str, int] = field(default_factory=dict)

    def device_info(self) -> dict[str, object]:
        known = self.recommended is not None
        return {"max_recommended_working_set_size": self.recommended} if known else {}

    def set_memory_limit(self, size: int) -> None:
        self.limits["memory"] = size

    def set_wired_limit(self, size: int) -> None:
        if not self.has_wired_limit:
            raise RuntimeError("[metal] setting the wired limit is only supported on macOS 15")
        self.limits["wired"] = size


def library_on(core: Core) -> Mlx:
    return Mlx(core, None, None, None, None, None)


def test_a_mac_is_given_what_its_device_recommends() -> None:
    core = Core(recommended=12 * GIB)
    assert bound_memory(library_on(core)) == 12 * GIB
    wire(library_on(core), 5 * GIB)
    assert core.limits == {"memory": 12 * GIB, "wired": 5 * GIB}
    wire(library_on(core), 40 * GIB)
    assert core.limits["wired"] == 12 * GIB
    wire(library_on(core), 0)
    assert core.limits["wired"] == 0


def test_a_system_without_a_wired_limit_has_the_other_one() -> None:
    core = Core(recommended=12 * GIB, has_wired_limit=False)
    bound_memory(library_on(core))
    wire(library_on(core), GIB)
    assert core.limits == {"memory": 12 * GIB}


def test_a_device_without_a_recommendation_leaves_something_to_the_others() -> None:
    core = Core(recommended=None)
    limit = bound_memory(library_on(core))
    wire(library_on(core), GIB)
    assert core.limits == {"memory": limit}
    assert limit > 0
