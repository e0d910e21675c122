"""Which load options go together on MLX, and which it does not have."""

from __future__ import annotations

from app.domain.errors import UsageError
from app.domain.load_options import LoadOptions


def check_mlx_options(options: LoadOptions) -> None:
    """Raise `UsageError` for options that MLX would drop, or that exclude each other."""
    if options.speculation == "lookup":
        raise UsageError(
            "MLX cannot guess ahead from the text itself. Load the model without that, or with a "
            "smaller model of its family as the draft model."
        )
    if options.adapters:
        raise UsageError("MLX models are loaded without LoRA adapters here. Leave them out.")
    if options.rotate_when_full and options.kv_type != "f16":
        raise UsageError(
            "MLX cannot store a context that forgets its oldest tokens as {kv_type}. Load the "
            "model with KV type f16, or without that option.",
            kv_type=options.kv_type,
        )
    if options.rotate_when_full and options.draft_model is not None:
        raise UsageError(
            "A draft model cannot guess in a context that forgets its oldest tokens. Load the "
            "model without one of the two."
        )
