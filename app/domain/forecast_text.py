"""A forecast in words, the same in the terminal and in the window."""

from __future__ import annotations

from typing import Final

from app.domain.estimates import RowEstimate
from app.domain.fit import Fit
from app.domain.forecast import Forecast
from app.domain.memory import MemoryEstimate, Tier
from app.domain.serving import ServingPlan, need_of, what_would
from app.domain.speed import Speed
from app.domain.units import count_text, memory_text, percent_text, rate_text
from app.domain.words import marked, said

FIT_TITLES: Final[dict[Fit, str]] = {
    "fits": marked("Fits"),
    "tight": marked("Just fits"),
    "partial": marked("Fits partly on the GPU"),
    "too_big": marked("Too big"),
}
TIER_TITLES: Final[dict[Tier, str]] = {
    "formula": marked("Formula"),
    "dry_run": marked("Dry run"),
    "calibrated": marked("Calibrated dry run"),
}
_TIERS: Final[dict[Tier, str]] = {
    "formula": marked("computed from the header of the file"),
    "dry_run": marked("laid out by the engine itself"),
    "calibrated": marked("laid out by the engine itself, corrected by loads on this machine"),
}


# A full context that costs less than this is not spoken of.
_HARDLY_SLOWER: Final = 0.95


def tier_text(estimate: MemoryEstimate) -> str:
    """Where the numbers come from, and how far they may be off."""
    title, how = said(TIER_TITLES[estimate.tier]), said(_TIERS[estimate.tier])
    if estimate.error_bound is None:
        return f"{title}: {how}."
    band = memory_text(estimate.error_bound * estimate.total_bytes)
    return said("{title}: {how}, within {band}.").format(title=title, how=how, band=band)


def speed_sentence(speed: Speed) -> str:
    """How fast replies will be, and how fast prompts are read, each with its band."""
    sentence, full = _rates(speed), speed.full_decode_tps
    if full is None or full > _HARDLY_SLOWER * speed.decode_tps:
        return sentence
    deep = said("With the context full: about {rate} tokens/s.").format(rate=rate_text(full))
    return f"{sentence} {deep}"


def _rates(speed: Speed) -> str:
    rate, band = rate_text(speed.decode_tps), percent_text(100 * speed.band)
    if speed.prefill_tps is None:
        return said("Replies at about {rate} tokens/s (± {band}).").format(rate=rate, band=band)
    words = said(
        "Replies at about {rate} tokens/s (± {band}), prompts at {prompt_rate} (± {prompt_band})."
    )
    return words.format(
        rate=rate,
        band=band,
        prompt_rate=rate_text(speed.prefill_tps),
        prompt_band=percent_text(100 * speed.prefill_band),
    )


def fit_sentence(forecast: Forecast) -> str:
    """The verdict with its numbers; if it is not a plain yes, with the change that helps."""
    placed = forecast.placement
    title = said(FIT_TITLES[placed.fit])
    if placed.fit == "fits":
        needs = "; ".join(
            said("{device} {needed} of {available} free").format(
                device=fit.name,
                needed=memory_text(fit.needed_bytes),
                available=memory_text(fit.available_bytes),
            )
            for fit in placed.fits
            if fit.needed_bytes
        )
        return f"{title}: {needs}."
    parts = [placed.advice or f"{title}."]
    need = need_of("", forecast) if placed.fit == "too_big" else None
    if need is not None and (elsewhere := what_would(need)):
        parts.append(said("On a server: {what}").format(what=elsewhere))
    return " ".join(parts)


def training_sentence(context_tokens: int | None, trained_tokens: int | None) -> str:
    """What it means that a context is longer than those of the training; empty if it is not."""
    if not trained_tokens or (context_tokens or 0) <= trained_tokens:
        return ""
    return said(
        "The model was trained for {tokens} tokens: beyond them its replies may get worse."
    ).format(tokens=count_text(trained_tokens))


def row_of(found: Forecast, *, needs_room: bool = False) -> RowEstimate:
    """A forecast short enough for a row of a list."""
    return RowEstimate(
        total_bytes=found.estimate.total_bytes,
        needed_bytes=sum(fit.needed_bytes for fit in found.placement.fits),
        fit=found.placement.fit,
        decode_tps=None if found.speed is None else found.speed.decode_tps,
        note=f"{fit_sentence(found)}\n{tier_text(found.estimate)}",
        needs_room=needs_room,
    )


def plan_text(plan: ServingPlan) -> str:
    """The parallel sizes of a server, and what each of its GPUs holds."""
    gpus = plan.tensor_parallel * plan.pipeline_parallel
    where = said("1 GPU on one node")
    if plan.nodes > 1:
        where = said("{gpus} GPUs on {nodes} nodes")
    elif gpus > 1:
        where = said("{gpus} GPUs on one node")
    words = said(
        "{where}: tensor parallel {tensor}, pipeline parallel {pipeline}. Weights and KV cache "
        "take {memory} on each."
    )
    return words.format(
        where=where.format(gpus=gpus, nodes=plan.nodes),
        tensor=plan.tensor_parallel,
        pipeline=plan.pipeline_parallel,
        memory=memory_text(plan.bytes_per_gpu),
    )
