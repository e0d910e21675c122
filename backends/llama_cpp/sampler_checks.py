"""Values of samplers that make no sense, refused before they reach llama.cpp."""

from __future__ import annotations

import math

from app.domain.engine import Sampling
from app.domain.errors import RequestError
from app.domain.words import Sentence, option_name, sentence

# Name, least and greatest value.
_BOUNDS = (
    ("temperature", -math.inf, 100.0),
    ("dynamic_temperature_range", 0.0, 100.0),
    ("dynamic_temperature_exponent", 0.0, 100.0),
    ("top_p", 0.0, math.inf),
    ("min_p", -math.inf, 1.0),
    ("typical_p", 0.0, math.inf),
    ("top_n_sigma", -math.inf, 1e6),
    ("xtc_probability", -math.inf, 1.0),
    ("xtc_threshold", 0.0, math.inf),
    ("penalty_last_tokens", -1, 2**20),
    ("repeat_penalty", 0.01, 100.0),
    ("frequency_penalty", -100.0, 100.0),
    ("presence_penalty", -100.0, 100.0),
    ("dry_multiplier", 0.0, 100.0),
    ("dry_base", 0.0, 100.0),
    ("dry_allowed_length", 0, 2**20),
    ("dry_last_tokens", -1, 2**20),
    ("mirostat_tau", 0.0, 1000.0),
    ("mirostat_eta", 0.0, 1000.0),
)
_MOST_BREAKERS = 32


def refuse_senseless(sampling: Sampling, vocabulary_tokens: int) -> None:
    """Raise `RequestError` for the first value outside of its bounds."""
    for name, least, greatest in _BOUNDS:
        value = getattr(sampling, name)
        if not least <= value <= greatest:  # NaN is in no bounds
            raise RequestError(
                "The sampling option {name} is {value}; it must be {range}.",
                name=option_name(name),
                value=value,
                range=_range(least, greatest),
            )
    if len(sampling.dry_breakers) > _MOST_BREAKERS or any(
        "\0" in text for text in sampling.dry_breakers
    ):
        raise RequestError(
            "There may be {most_breakers} DRY breakers, without NUL characters.",
            most_breakers=_MOST_BREAKERS,
        )
    for each in sampling.logit_bias:
        if not 0 <= each.token_id < vocabulary_tokens or math.isnan(each.bias):
            raise RequestError(
                "The bias {bias} of token {token_id} makes no sense: the model's vocabulary has "
                "{vocabulary_tokens} tokens.",
                bias=each.bias,
                token_id=str(each.token_id),
                vocabulary_tokens=vocabulary_tokens,
            )


def _range(least: float, greatest: float) -> Sentence:
    if math.isinf(least):
        return sentence("at most {most}", most=greatest)
    if math.isinf(greatest):
        return sentence("at least {least}", least=least)
    return sentence("between {least} and {most}", least=least, most=greatest)
