"""What a user can set about sampling: each option's name, meaning, range, and value that is off."""

from __future__ import annotations

from typing import Literal

import msgspec

from app.domain.words import marked

Group = Literal["common", "choice", "repetition", "other"]


class SamplingOption(msgspec.Struct, frozen=True, kw_only=True):
    """One number of `Sampling`. `neutral` switches it off; None: it has no such value."""

    field: str
    title: str
    meaning: str
    group: Group
    minimum: float
    maximum: float
    step: float
    decimals: int = 2
    neutral: float | None = None


def _option(
    field: str, title: str, meaning: str, group: Group, numbers: tuple[float, float, float],
    neutral: float | None = None,
) -> SamplingOption:  # fmt: skip
    """`numbers`: minimum, maximum and step; a step of 1 is a whole number."""
    minimum, maximum, step = numbers
    return SamplingOption(
        field=field,
        title=title,
        meaning=meaning,
        group=group,
        minimum=minimum,
        maximum=maximum,
        step=step,
        decimals=0 if step >= 1 else 2,
        neutral=neutral,
    )


# In the order of the panel. The meanings are those of llama.cpp's samplers.
SAMPLING_OPTIONS: tuple[SamplingOption, ...] = (
    _option(
        "temperature",
        marked("Temperature"),
        marked(
            "Higher is more varied, lower more certain. At 0 the likeliest token is always taken."
        ),
        "common",
        (0, 5, 0.05),
    ),
    _option(
        "top_p",
        marked("Top-p"),
        marked("Only the likeliest tokens that together reach this probability."),
        "common",
        (0, 1, 0.01),
        1,
    ),
    _option(
        "min_p",
        marked("Min-p"),
        marked("Only tokens at least this fraction as likely as the likeliest one."),
        "common",
        (0, 1, 0.01),
        0,
    ),
    _option(
        "top_k",
        marked("Top-k"),
        marked("Only so many of the likeliest tokens."),
        "common",
        (0, 1000, 1),
        0,
    ),
    _option(
        "repeat_penalty",
        marked("Repeat penalty"),
        marked("Above 1, tokens that came before are less likely to come again."),
        "common",
        (0.5, 3, 0.01),
        1,
    ),
    _option(
        "typical_p",
        marked("Typical-p"),
        marked("Only tokens about as surprising as the text so far, up to this probability."),
        "choice",
        (0, 1, 0.01),
        1,
    ),
    _option(
        "top_n_sigma",
        marked("Top-n-sigma"),
        marked("Only tokens whose logit is within so many standard deviations of the best."),
        "choice",
        (-1, 10, 0.05),
        -1,
    ),
    _option(
        "xtc_probability",
        marked("XTC probability"),
        marked("How often the likeliest tokens are left out, so that less usual ones come."),
        "choice",
        (0, 1, 0.01),
        0,
    ),
    _option(
        "xtc_threshold",
        marked("XTC threshold"),
        marked("Tokens above this probability can be left out, all but the last of them."),
        "choice",
        (0, 1, 0.01),
    ),
    _option(
        "dynamic_temperature_range",
        marked("Temperature range"),
        marked("The temperature moves by up to this much, with how uncertain the model is."),
        "choice",
        (0, 5, 0.05),
        0,
    ),
    _option(
        "dynamic_temperature_exponent",
        marked("Range exponent"),
        marked("How uncertainty is turned into temperature within that range."),
        "choice",
        (0.1, 10, 0.1),
    ),
    _option(
        "frequency_penalty",
        marked("Frequency penalty"),
        marked("Taken from a token's logit for each time that it came."),
        "repetition",
        (-2, 2, 0.05),
        0,
    ),
    _option(
        "presence_penalty",
        marked("Presence penalty"),
        marked("Taken once from the logit of every token that came."),
        "repetition",
        (-2, 2, 0.05),
        0,
    ),
    _option(
        "penalty_last_tokens",
        marked("Penalties look back"),
        marked("How many tokens the three penalties consider; -1 is all of them."),
        "repetition",
        (-1, 1048576, 1),
        0,
    ),
    _option(
        "dry_multiplier",
        marked("DRY strength"),
        marked("How strongly a sequence of tokens is kept from being repeated word for word."),
        "repetition",
        (0, 10, 0.05),
        0,
    ),
    _option(
        "dry_base",
        marked("DRY base"),
        marked("How fast that grows with the length of the repetition."),
        "repetition",
        (1, 5, 0.05),
    ),
    _option(
        "dry_allowed_length",
        marked("DRY allowed length"),
        marked("Repetitions up to so many tokens are free."),
        "repetition",
        (0, 1048576, 1),
    ),
    _option(
        "dry_last_tokens",
        marked("DRY looks back"),
        marked("How many tokens it considers; -1 is all of them."),
        "repetition",
        (-1, 1048576, 1),
        0,
    ),
    _option(
        "mirostat",
        marked("Mirostat"),
        marked("1 or 2 holds the surprise of the text constant, in place of the samplers above."),
        "other",
        (0, 2, 1),
        0,
    ),
    _option(
        "mirostat_tau",
        marked("Mirostat tau"),
        marked("The surprise that is held, in nats."),
        "other",
        (0, 20, 0.1),
    ),
    _option(
        "mirostat_eta",
        marked("Mirostat eta"),
        marked("How fast it is corrected."),
        "other",
        (0, 1, 0.01),
    ),
)

GROUP_TITLES: dict[Group, str] = {
    "common": marked("Sampling"),
    "choice": marked("Choice of tokens"),
    "repetition": marked("Repetition"),
    "other": "Mirostat",
}
