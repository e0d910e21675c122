"""Plans a compute buffer as ggml does: tensors live while they are needed and share their places.

Source: ggml-alloc.c (`ggml_gallocr_alloc_graph_impl`, `ggml_dyn_tallocr_alloc`): inputs first,
then every node in order; a node takes over a parent's place where its operation allows it and
nothing else needs the parent, else the smallest hole that fits, else the end.
"""

from __future__ import annotations

_ALIGNMENT = 64


class BufferPlan:
    """A graph in the making. Tensors are numbers; sizes are bytes."""

    def __init__(self) -> None:
        self._sizes: list[int] = []
        self._sources: list[tuple[int, ...]] = []
        self._in_place: list[bool] = []
        self._kept: set[int] = set()
        self._inputs: list[int] = []

    def input(self, size: int) -> int:
        """A tensor that is filled before the graph runs."""
        tensor = self._add(size, (), in_place=False)
        self._inputs.append(tensor)
        return tensor

    def node(self, size: int, *sources: int) -> int:
        """The result of an operation that needs a place of its own; 0 bytes: it has one."""
        return self._add(size, sources, in_place=False)

    def change(self, size: int, *sources: int) -> int:
        """The result of an operation that may overwrite one of its sources of the same size."""
        return self._add(size, sources, in_place=True)

    def keep(self, tensor: int) -> None:
        """A tensor that is a result of the graph: its place is never given away."""
        self._kept.add(tensor)

    def _add(self, size: int, sources: tuple[int, ...], *, in_place: bool) -> int:
        self._sizes.append(-(-size // _ALIGNMENT) * _ALIGNMENT)
        self._sources.append(sources)
        self._in_place.append(in_place)
        return len(self._sizes) - 1

    def buffer_bytes(self) -> int:
        """The size of the buffer that the graph needs."""
        needed = [0] * len(self._sizes)
        for sources in self._sources:
            for source in sources:
                needed[source] += 1
        space = _Space()
        places = {tensor: space.take(self._sizes[tensor]) for tensor in self._inputs}
        for tensor in range(len(self._sizes)):
            if tensor not in places and self._sizes[tensor]:
                self._place(tensor, needed, places, space)
            for source in self._sources[tensor]:
                needed[source] -= 1
                if not needed[source] and source in places and source not in self._kept:
                    space.give(places.pop(source), self._sizes[source])
        return space.most

    def _place(self, tensor: int, needed: list[int], places: dict[int, int], space: _Space) -> None:
        overwritten = self._overwritten(tensor, needed, places)
        if overwritten is None:
            places[tensor] = space.take(self._sizes[tensor])
        else:
            places[tensor] = places.pop(overwritten)

    def _overwritten(self, tensor: int, needed: list[int], places: dict[int, int]) -> int | None:
        if not self._in_place[tensor]:
            return None
        for source in self._sources[tensor]:
            if (
                needed[source] == 1
                and source in places
                and source not in self._kept
                and self._sizes[source] == self._sizes[tensor]
            ):
                return source
        return None


class _Space:
    """Holes of a buffer whose end is open."""

    def __init__(self) -> None:
        self.most = 0
        # [start, size] of each hole, by start; the last one has no end.
        self._holes: list[list[int]] = [[0, 1 << 62]]

    def take(self, size: int) -> int:
        """The start of a new place."""
        holes = self._holes
        best = -1
        for index in range(len(holes) - 1):
            hole = holes[index][1]
            if hole >= size and (best < 0 or hole <= holes[best][1]):
                best = index
        hole = holes[best]
        start = hole[0]
        hole[0] += size
        hole[1] -= size
        if not hole[1]:
            del holes[best]
        self.most = max(self.most, start + size)
        return start

    def give(self, start: int, size: int) -> None:
        """Make a place a hole again."""
        holes = self._holes
        index = 0
        while holes[index][0] < start:
            index += 1
        before = holes[index - 1] if index else None
        after = holes[index]
        joins_after = start + size == after[0]
        if before is not None and before[0] + before[1] == start:
            before[1] += size
            if joins_after:
                before[1] += after[1]
                del holes[index]
        elif joins_after:
            after[0] = start
            after[1] += size
        else:
            holes.insert(index, [start, size])
