"""Load options that suit one model on one machine best, as they were measured there."""

from __future__ import annotations

import msgspec

from app.domain.load_options import FlashAttention, LoadOptions
from app.domain.units import count_text, percent_text, rate_text
from app.domain.words import said

# Less is no gain that anybody could notice.
_LEAST_GAIN = 1.03
# What others may use of the processor in a measurement that is to hold.
MOST_OTHER_CORES = 0.3


class Tuning(msgspec.Struct, frozen=True, kw_only=True):
    """The best options, and rates in tokens a second: as tuned, and with the program's defaults.

    Rates of a reply are those behind `depth_tokens` of chat. The quantized cache (q8_0) trades
    quality for memory, so its rate is told and never chosen; None when it was not measured.
    """

    threads: int
    prompt_threads: int
    flash_attention: FlashAttention
    micro_batch_tokens: int
    depth_tokens: int
    decode_tps: float
    default_decode_tps: float
    prefill_tps: float
    default_prefill_tps: float
    quantized_decode_tps: float | None = None
    # Cores that other programs kept busy meanwhile, on average.
    other_cores: float = 0.0

    @property
    def holds(self) -> bool:
        """Whether the machine was quiet enough while it was measured."""
        return self.other_cores <= MOST_OTHER_CORES


def tuned(options: LoadOptions, tuning: Tuning, *, is_short: bool = False) -> LoadOptions:
    """The options with what the user left open set to what was measured as best.

    `is_short`: without what takes more memory than the defaults, which is to do without flash
    attention.
    """
    is_exact = (options.value_kv_type or options.kv_type) in ("f32", "f16", "bf16")
    is_open = options.flash_attention == "auto" and is_exact and not is_short
    threads = options.threads or tuning.threads
    return msgspec.structs.replace(
        options,
        threads=threads,
        prompt_threads=options.prompt_threads or options.threads or tuning.prompt_threads,
        flash_attention=tuning.flash_attention if is_open else options.flash_attention,
        micro_batch_tokens=min(options.micro_batch_tokens, tuning.micro_batch_tokens),
    )


def tuning_text(tuning: Tuning) -> str:
    """The gain in a sentence."""
    if (
        max(_gain(tuning.decode_tps, tuning.default_decode_tps), _prefill_gain(tuning))
        < _LEAST_GAIN
    ):
        rate = rate_text(tuning.default_decode_tps)
        return said(
            "Measured on this machine: the usual settings are the best, {rate} tokens/s."
        ).format(rate=rate)
    before, after = rate_text(tuning.default_decode_tps), rate_text(tuning.decode_tps)
    words = said("Tuned for this machine: {before} → {after} tokens/s.")
    gain = ""
    if _prefill_gain(tuning) >= _LEAST_GAIN:
        gain = percent_text(100 * (_prefill_gain(tuning) - 1))
        words = said("Tuned for this machine: {before} → {after} tokens/s, prompts {gain} faster.")
    return words.format(before=before, after=after, gain=gain)


def details_text(tuning: Tuning) -> str:
    """What was chosen, and what else could be had for what."""
    words = said(
        "{threads} for replies, {prompt_threads} for prompts; flash attention as the model says. "
        "Measured behind {depth} tokens of chat."
    )
    if tuning.flash_attention == "off":
        words = said(
            "{threads} for replies, {prompt_threads} for prompts; flash attention off. "
            "Measured behind {depth} tokens of chat."
        )
    chosen = words.format(
        threads=_threads(tuning.threads),
        prompt_threads=tuning.prompt_threads,
        depth=count_text(tuning.depth_tokens),
    )
    if tuning.quantized_decode_tps is None:
        return chosen
    trade = said(
        "A KV cache of q8_0 would take half the memory, a little less exact, at {rate} tokens/s."
    )
    return f"{chosen} {trade.format(rate=rate_text(tuning.quantized_decode_tps))}"


def _threads(count: int) -> str:
    return said("1 thread") if count == 1 else said("{count} threads").format(count=count)


def _prefill_gain(tuning: Tuning) -> float:
    return _gain(tuning.prefill_tps, tuning.default_prefill_tps)


def _gain(rate: float, default: float) -> float:
    return rate / default if default > 0 else 1.0
