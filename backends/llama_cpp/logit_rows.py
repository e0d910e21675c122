"""What rows of logits say of the tokens that came: log-probabilities and divergences.

The formulas and roundings are those of llama-perplexity (tools/perplexity/perplexity.cpp): logits
and their differences are float32, sums are float64.
"""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

from backends.llama_cpp.reference_logits import Shape

# Log-probabilities under this count as no probability at all.
_LEAST_LOGPROB = -16.0
_STEPS = 65535.0


class Compared(msgspec.Struct):
    """For each row of a batch: float64 arrays; `reference_nll` and so on only with a reference."""

    nll: Any
    reference_nll: Any = None
    divergence: Any = None
    same_top: Any = None


def score(logits: Any, tokens: Any) -> Compared:
    """`logits` (rows, vocabulary) float32; `tokens` (rows,) are those that came."""
    most, log_sum = _normalizer(logits)
    right = logits[np.arange(len(tokens)), tokens]
    return Compared(nll=(most + log_sum - right).astype(np.float64))


def compare(logits: Any, tokens: Any, reference: Any, shape: Shape) -> Compared:
    """As `score`, and the divergence from rows of a reference."""
    scored = score(logits, tokens)
    most, log_sum = _normalizer(logits)
    if shape.likeliest:
        return _compare_likeliest(scored, logits, most + log_sum, reference)
    steps = reference["steps"][:, : shape.vocabulary].astype(np.float32)
    theirs = reference["scale"][:, None] * steps + reference["minimum"][:, None]
    ours = logits - (most + log_sum)[:, None]
    counted = theirs > _LEAST_LOGPROB
    terms = np.where(counted, np.exp(theirs) * (theirs - ours), 0)
    scored.divergence = terms.sum(axis=1, dtype=np.float64)
    scored.reference_nll = -theirs[np.arange(len(tokens)), tokens].astype(np.float64)
    scored.same_top = theirs.argmax(axis=1) == logits.argmax(axis=1)
    return scored


def _compare_likeliest(scored: Compared, logits: Any, normalizer: Any, reference: Any) -> Compared:
    """All tokens but the reference's likeliest are one, whose probability is the rest."""
    ids, theirs = reference["ids"], reference["logprobs"].astype(np.float64)
    ours = np.take_along_axis(logits, ids, axis=1).astype(np.float64) - normalizer[:, None]
    rest = np.clip(1 - np.exp(theirs).sum(axis=1), 0, None)
    our_rest = np.clip(1 - np.exp(ours).sum(axis=1), np.exp(_LEAST_LOGPROB), None)
    terms = np.where(
        rest > np.exp(_LEAST_LOGPROB), rest * np.log(np.maximum(rest, 1e-30) / our_rest), 0
    )
    scored.divergence = (np.exp(theirs) * (theirs - ours)).sum(axis=1) + terms
    scored.reference_nll = -reference["right"].astype(np.float64)
    scored.same_top = ids[:, 0] == logits.argmax(axis=1)
    return scored


def keep(rows: Any, logits: Any, tokens: Any, shape: Shape) -> None:
    """Write logits into rows of a reference."""
    most, log_sum = _normalizer(logits)
    if shape.likeliest:
        logprobs = logits - (most + log_sum)[:, None]
        few = np.argpartition(-logprobs, shape.likeliest - 1, axis=1)[:, : shape.likeliest]
        order = np.argsort(-np.take_along_axis(logprobs, few, axis=1), axis=1, kind="stable")
        ids = np.take_along_axis(few, order, axis=1)
        rows["ids"] = ids
        rows["logprobs"] = np.take_along_axis(logprobs, ids, axis=1)
        rows["right"] = logprobs[np.arange(len(tokens)), tokens]
        return
    least = np.maximum(logits.min(axis=1), most + np.float32(_LEAST_LOGPROB))
    scale = (most - least) / np.float32(_STEPS)
    above = np.maximum(logits - least[:, None], 0)
    inverse = np.where(scale > 0, 1 / np.maximum(scale, np.float32(1e-30)), 0)
    rows["scale"], rows["minimum"] = scale, least - most - log_sum
    rows["steps"][:, : shape.vocabulary] = np.rint(above * inverse[:, None])


def _normalizer(logits: Any) -> tuple[Any, Any]:
    """The largest logit and the logarithm of the sum of the exponentials over it, float32."""
    most = logits.max(axis=1)
    sums = np.exp(logits - most[:, None]).sum(axis=1, dtype=np.float64)
    return most, np.log(sums).astype(np.float32)
