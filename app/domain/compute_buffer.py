"""Bytes of the compute buffer: the graph of a micro-batch, laid out as llama.cpp lays it out.

Source: src/llama-graph.cpp and src/models/*.cpp of the llama.cpp inside llama-cpp-python 0.3.36.
A layer that is like one before needs no more room, so each kind of layer is planned twice.
"""

from __future__ import annotations

from app.domain.architecture import Architecture, Layer, layer_kinds
from app.domain.buffer_plan import BufferPlan
from app.domain.kv_cache import micro_batch, sequence_cells, streams, total_cells, window_cells
from app.domain.memory_options import MemoryOptions
from app.domain.quant import tensor_type

_F32 = 4
# Rows that recurrent layers which are not laid out here take at their widest.
_UNMODELLED_ROWS = {"rwkv6": 16, "rwkv6qwen2": 16, "rwkv7": 16, "arwkv7": 16}


class _Graph:
    """Builds the graph of one micro-batch on one device.

    `layers` are those on the device. It begins with tokens, or with the rows that another device
    made (`looks_up` false); `has_head` if the output head is here. A device that is not the CPU
    gets the embeddings ready made (`is_host` false).
    """

    def __init__(
        self,
        architecture: Architecture,
        options: MemoryOptions,
        layers: tuple[Layer, ...],
        *,
        is_host: bool = True,
        looks_up: bool = True,
        has_head: bool = True,
    ) -> None:
        self.architecture = architecture
        self.options = options
        self.layers = layers
        self.is_host = is_host
        self.looks_up = looks_up
        self.has_head = has_head
        self.plan = BufferPlan()
        self.tokens = min(micro_batch(options), total_cells(options))
        self.row = architecture.embedding_values * self.tokens * _F32
        self.outputs = min(options.outputs, self.tokens)
        self.rotates = _rotates(options.key_type, architecture.head_values)
        self.rotates_values = _rotates(options.value_type, architecture.value_head_values)
        self.rotation = self.value_rotation = 0
        self.layer_inputs: int | None = None
        self.position = 0
        # For full and for sliding layers: the mask, and the places to write to.
        self.masks: dict[bool, tuple[int, int, int]] = {}

    def inputs(self) -> int:
        """Tokens, embeddings, positions and masks; the first layer's input is returned."""
        plan, options = self.plan, self.options
        chosen = plan.input(self.tokens * 4)
        if self.is_host:
            plan.input(self.row)
        self.position = plan.input(self.tokens * 4)
        # The host fills the masks of all devices; a device holds those of its own layers.
        seen = _run(self.architecture) if self.is_host else self.layers
        for slides in (False, True):
            if any(_attends(layer) and layer.slides == slides for layer in seen):
                self.masks[slides] = self._mask(slides=slides)
                self._rotations()
        plan.input(options.outputs * 4)
        first = plan.node(self.row, chosen) if self.looks_up else plan.input(self.row)
        width = self.architecture.layer_input_values * self.architecture.layer_count
        if width:
            size = width * self.tokens * _F32
            plan.input(size)
            looked_up = plan.node(size, chosen)
            projected = plan.node(size, first)
            self.layer_inputs = plan.node(size, plan.change(size, projected, looked_up))
        return first

    def _rotations(self) -> None:
        """The matrices that mix keys and values of a quantized cache, one pair for each cache."""
        if self.rotates:
            side = 64
            while self.architecture.head_values % (2 * side) == 0:
                side *= 2
            self.rotation = self.plan.input(side * side * _F32)
        if self.rotates_values:
            self.value_rotation = self.plan.input(64 * 64 * _F32)

    def cells(self, *, slides: bool) -> int:
        """Cells of one stream that a layer looks at."""
        if slides:
            return window_cells(self.architecture, self.options)
        return sequence_cells(self.options)

    def _mask(self, *, slides: bool) -> tuple[int, int, int]:
        flash = self.options.flash_attention
        mask = self.plan.input(self.cells(slides=slides) * self.tokens * (2 if flash else 4))
        if self.is_host and not self.has_head:
            self.plan.keep(mask)  # other devices copy it later
        keys = self.plan.input(self.tokens * 8)
        wide = 1 if flash else self.architecture.widest_values
        values = keys if self.architecture.is_latent else self.plan.input(self.tokens * 8 * wide)
        return mask, keys, values

    def input_bytes(self) -> int:
        """Bytes of the inputs alone, with the embeddings that are looked up for a device."""
        self.plan.keep(self.inputs())
        return self.plan.buffer_bytes()

    def run(self) -> int:
        """Bytes of the whole buffer."""
        current = self.inputs()
        is_alone = self.has_head and len(self.layers) == 1 and self.layer_inputs is None
        for layer in layer_kinds(self.layers):
            current = self._layer(layer, current, is_alone=is_alone)
        if not self.has_head:
            return self.plan.buffer_bytes()
        plan, width = self.plan, self.architecture.embedding_values * self.outputs * _F32
        last = plan.node(width, current) if self.outputs < self.tokens else current
        normed = plan.node(width, last)
        plan.keep(normed)
        logits = plan.node(self.architecture.vocabulary_tokens * self.outputs * _F32, normed)
        plan.keep(logits)
        return plan.buffer_bytes()

    def _layer(self, layer: Layer, current: int, *, is_alone: bool = False) -> int:
        plan, whole = self.plan, self.architecture
        normed = plan.node(self.row, current) if whole.has_attention_norm else current
        mixed = self._mix(layer, normed)
        if is_alone and not layer.has_experts:  # with the head: rows of the outputs go on
            self.tokens, self.row = self.outputs, whole.embedding_values * self.outputs * _F32
            mixed, current = plan.node(self.row, mixed), plan.node(self.row, current)
        parallel = whole.has_attention_norm and not whole.has_feed_forward_norm
        if parallel and layer.feed_forward and not layer.state_values:
            fed = self._feed_forward(layer.feed_forward, normed)
            return plan.change(self.row, plan.change(self.row, fed, current), mixed)
        # Rows that came from another device are added up in their place.
        places = (current, mixed) if self._takes_rows(layer) else (mixed, current)
        joined = plan.change(self.row, *places)
        if not (layer.feed_forward or layer.has_experts):
            return joined
        normed = plan.node(self.row, joined) if whole.has_feed_forward_norm else joined
        if layer.has_experts:
            fed = self._experts(layer, normed)
        else:
            fed = self._feed_forward(layer.feed_forward, normed)
        result = plan.change(self.row, fed, joined)
        if self.layer_inputs is not None:
            result = plan.change(self.row, plan.node(self.row, result, self.layer_inputs), result)
        return result

    def _takes_rows(self, layer: Layer) -> bool:
        dense = self.architecture.is_latent or not layer.has_experts
        return dense and not (self.is_host or self.looks_up)

    def _mix(self, layer: Layer, normed: int) -> int:
        """What looks at the past: attention, a recurrent state, or both."""
        mixed = self._recurrence(layer, normed) if layer.state_values else None
        if not _attends(layer):
            return normed if mixed is None else mixed
        if self.architecture.is_latent:
            attended = self._latent_attention(layer, normed)
        else:
            attended = self._attention(layer, normed)
        return attended if mixed is None else self.plan.change(self.row, mixed, attended)

    def _recurrence(self, layer: Layer, normed: int) -> int:
        """A state-space layer: projection, short convolution, scan, gate."""
        plan, whole, unit = self.plan, self.architecture, self.tokens * _F32
        states = self.options.parallel * _F32
        inner = whole.inner_values
        if not inner:
            kept = plan.node(states * layer.state_values, normed)
            size = self.row * _UNMODELLED_ROWS.get(whole.name, 4)
            return plan.node(self.row, plan.node(size, normed, kept))
        history = plan.node(states * (layer.state_values - whole.scan_values))
        projected = plan.node(unit * (inner + whole.convolved_values), normed)
        extended = plan.node(unit * whole.convolved_values, history, projected)
        convolved = plan.node(unit * whole.convolved_values, extended)
        step = (
            normed if whole.name not in ("mamba", "jamba") else plan.node(unit * inner, convolved)
        )
        scanned = plan.node(unit * inner + states * whole.scan_values, convolved, step)
        added = plan.node(unit * inner, scanned, convolved)
        gated = plan.node(unit * inner, projected, added)
        return plan.node(self.row, gated)

    def _attention(self, layer: Layer, normed: int) -> int:
        plan, heads = self.plan, layer.heads * self.tokens * _F32
        query_size = heads * self.architecture.head_values
        key_size = layer.key_values * self.tokens * _F32
        value_size = layer.value_values * self.tokens * _F32
        sources = [normed] * 3
        if self.architecture.has_fused_projection:
            sources = [plan.node(query_size + key_size + value_size, normed)] * 3
        query = self._projected(query_size, sources[0], rotates=self.rotates)
        if key_size:
            slides = self.architecture.window_tokens > 0
            key = value = query
            for part in ("key", "value") if slides else ("value", "key"):
                if part == "key":
                    key = self._projected(key_size, sources[1], rotates=self.rotates)
                else:
                    value = self._value(value_size, sources[2])
            _mask, key_places, value_places = self.masks[layer.slides]
            plan.node(0, key, key_places)
            plan.node(0, value, value_places)
        result = self._look(layer, query, heads * self.architecture.value_head_values)
        return plan.node(self.row, result)

    def _projected(self, size: int, source: int, *, rotates: bool) -> int:
        """Queries or keys: projected, turned by their position, and mixed for quantization."""
        plan = self.plan
        if not self.architecture.has_fused_projection:
            source = plan.node(size, source)
        # Never in place: heads are a view of the projection.
        turned = plan.node(size, source, self.position)
        return plan.node(size, turned, self.rotation) if rotates else turned

    def _value(self, size: int, source: int) -> int:
        plan = self.plan
        value = source
        if not self.architecture.has_fused_projection:
            value = plan.node(size, source)
        return plan.node(size, value, self.value_rotation) if self.rotates_values else value

    def _look(self, layer: Layer, query: int, size: int) -> int:
        """The attention itself, over the cells of the cache."""
        plan = self.plan
        mask = self.masks[layer.slides][0]
        if self.options.flash_attention:
            result = plan.node(size, query, mask)
            return plan.node(size, result, self.value_rotation) if self.rotates_values else result
        scores_size = self.cells(slides=layer.slides) * self.tokens * layer.heads * _F32
        scores = plan.change(scores_size, plan.node(scores_size, query), mask)
        return plan.node(size, plan.node(size, scores))

    def _latent_attention(self, layer: Layer, normed: int) -> int:
        plan, whole = self.plan, self.architecture
        heads = layer.heads * self.tokens * _F32
        query = plan.node(heads * whole.head_values, normed)
        rotated = plan.node(heads * whole.rotated_values, query, self.position)
        absorbed = plan.node(heads * whole.latent_values, query)
        query = plan.node(heads * (whole.latent_values + whole.rotated_values), absorbed, rotated)
        row = self.tokens * _F32
        together = plan.node(row * layer.key_values, normed)
        latent = plan.node(row * whole.latent_values, together)
        key_part = plan.node(row * whole.rotated_values, together, self.position)
        key = plan.node(row * layer.key_values, latent, key_part)
        plan.node(0, key, self.masks[layer.slides][1])
        wide = heads * whole.latent_values
        if self.options.flash_attention:
            result = plan.node(wide, query, self.masks[layer.slides][0])
        else:
            size = self.cells(slides=layer.slides) * heads
            scores = plan.change(size, plan.node(size, query), self.masks[layer.slides][0])
            cells = self.cells(slides=layer.slides) * streams(self.options)
            values = plan.node(2 * cells * whole.latent_values)
            result = plan.node(wide, scores, values)
        narrow = heads * whole.value_head_values
        result = plan.node(narrow, plan.node(narrow, result))
        return plan.node(self.row, result)

    def _feed_forward(self, width: int, normed: int) -> int:
        plan, size = self.plan, width * self.tokens * _F32
        if self.architecture.is_gated:
            gate = plan.node(size, normed)
            up = plan.node(size, normed)
            inner = plan.node(size, gate, up)
        elif self.architecture.has_fused_gate:
            inner = plan.node(size, plan.node(2 * size, normed))
        else:
            inner = plan.change(size, plan.node(size, normed))
        return plan.node(self.row, inner)

    def _experts(self, layer: Layer, normed: int) -> int:
        plan, whole = self.plan, self.architecture
        used = whole.experts_used
        logits = plan.node(whole.experts * self.tokens * _F32, normed)
        chances = plan.change(whole.experts * self.tokens * _F32, logits)
        order = plan.node(whole.experts * self.tokens * 4, chances)
        weights = plan.node(used * self.tokens * _F32, chances, order)
        width = layer.expert_feed_forward or layer.feed_forward
        size = width * used * self.tokens * _F32
        source = normed
        if whole.name == "llama4":
            repeated = plan.node(self.row * used, normed)
            source = plan.change(self.row * used, repeated, weights)
        up = plan.node(size, source, order)
        if whole.is_gated:
            gate = plan.node(size, source, order)
            inner = plan.node(size, gate, up)
        else:
            inner = plan.change(size, up)
        down = plan.node(self.row * used, inner, order)
        down = plan.change(self.row * used, down, weights)
        # The experts' rows are added up, the first two into a new tensor.
        result = plan.node(self.row, *[down] * used)
        if whole.shared_feed_forward:
            shared = self._feed_forward(whole.shared_feed_forward, normed)
            result = plan.change(self.row, result, shared)
        return result


def _attends(layer: Layer) -> bool:
    """Also those that look at another layer's cache."""
    return layer.key_values > 0 or (layer.heads > 0 and not layer.state_values)


def _rotates(kind: str, head_values: int) -> bool:
    """Quantized caches are mixed by a Hadamard matrix first, where heads are wide enough."""
    return tensor_type(kind).is_quantized and head_values > 0 and head_values % 64 == 0


def compute_bytes(architecture: Architecture, options: MemoryOptions) -> int:
    """Bytes of the compute buffer when the CPU runs the whole model."""
    return host_compute_bytes(architecture, options, _run(architecture))


def _run(architecture: Architecture) -> tuple[Layer, ...]:
    """The layers that are run: not the draft ones."""
    return architecture.layers[: architecture.layer_count - architecture.draft_layers]


def host_compute_bytes(
    architecture: Architecture, options: MemoryOptions, layers: tuple[Layer, ...]
) -> int:
    """Bytes of the CPU's compute buffer when it runs these layers and other devices the rest."""
    if layers:
        whole = len(layers) == len(_run(architecture))
        return _Graph(architecture, options, layers, has_head=whole).run()
    return _Graph(architecture, options, _run(architecture)).input_bytes()


def device_compute_bytes(
    architecture: Architecture,
    options: MemoryOptions,
    layers: tuple[Layer, ...],
    *,
    has_head: bool,
) -> int:
    """Bytes of a GPU's compute buffer when it runs these layers."""
    if not layers:
        rows = min(options.outputs, micro_batch(options))
        return rows * _F32 * (2 * architecture.embedding_values + architecture.vocabulary_tokens)
    first = layers[0] is architecture.layers[0]
    return _Graph(
        architecture, options, layers, is_host=False, looks_up=first, has_head=has_head
    ).run()
