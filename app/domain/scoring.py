"""How well a model foretells a text: what is asked, and the figures, as llama-perplexity defines
them.
"""

from __future__ import annotations

import msgspec

DEFAULT_CHUNK_TOKENS = 512


class ScoreRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A text to be foretold token by token; paths are as the file system gives them.

    The text is parted into chunks of `chunk_tokens`, each of which begins with BOS where the model
    wants one; of each chunk the second half is scored, so that every token has some context.
    """

    text: str = ""
    chunk_tokens: int = DEFAULT_CHUNK_TOKENS
    # At most so many chunks; None: all that are whole.
    chunks: int | None = None
    # The text is one chunk as long as it is, and all of it is scored.
    whole: bool = False
    # Compare with the logits in this file; text and chunks are then those of the file.
    reference: bytes | None = None
    # Keep the logits in this new file, as a reference for other models.
    keep: bytes | None = None
    # Keep the likeliest so many tokens only; None: the whole vocabulary, 2 bytes for each token.
    keep_likeliest: int | None = None
    # Report the log-probability of each scored token.
    logprobs: bool = False


class Estimate(msgspec.Struct, frozen=True):
    """A value and its standard error."""

    value: float
    error: float


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """How values are spread: percentiles."""

    minimum: float
    percent_1: float
    percent_5: float
    percent_10: float
    median: float
    percent_90: float
    percent_95: float
    percent_99: float
    percent_99_9: float
    maximum: float


class Divergence(msgspec.Struct, frozen=True, kw_only=True):
    """How far a model is from the reference on the same tokens.

    Where the reference has its likeliest tokens only (`likeliest`), all others count as one token,
    so that the divergence is at most that of the whole vocabulary.
    """

    reference_perplexity: Estimate
    # ln(PPL / PPL of the reference).
    log_ratio: Estimate
    # Kullback-Leibler divergence of a token's distribution from the reference's, in nats.
    mean: Estimate
    spread: Spread
    # The part of the tokens where both find the same one likeliest.
    same_top: Estimate
    # Of the probability of the right token, against the reference's: the mean and the root mean
    # square of the change.
    probability_change: Estimate
    probability_change_rms: Estimate
    likeliest: int | None = None


class ScoredToken(msgspec.Struct, frozen=True):
    """A token of the text, and the natural logarithm of its probability after those before it."""

    token_id: int
    text: str
    logprob: float


class ScoreProgress(msgspec.Struct, frozen=True):
    """So many chunks are scored; the perplexity so far."""

    chunks: int
    chunk_count: int
    perplexity: float


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """How well the model foretells the text."""

    scored_tokens: int
    chunk_tokens: int
    chunk_count: int
    perplexity: Estimate
    divergence: Divergence | None = None
    tokens: tuple[ScoredToken, ...] = ()
