"""The dry-run helper for MLX: lets mlx-lm build a model without its weights, and tells the sizes.

Run as `python -m backends.mlx.dry_run`. Questions come on standard input, answers go to standard
output, a line each; it ends when its input closes. MLX's arrays are lazy: the model's classes, its
quantization and one step through it are built and nothing of them is evaluated, so that the files
of weights may be headers that are followed by holes.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from app.domain.load_options import LoadOptions
from app.domain.words import sentence
from backends.helper_main import serve
from backends.llama_cpp.dry_run_protocol import (
    Answer,
    DryRunFailed,
    MeasureMlx,
    MlxMeasured,
    MlxQuestion,
    Opened,
    OpenMlx,
    mlx_question_decoder,
)
from backends.mlx import library, prompt_cache
from backends.mlx.model import build_network


class MlxDryRun:
    """One model at a time, laid out without its weights."""

    def __init__(self) -> None:
        """Raises `EngineMissingError`."""
        self._mlx = library.load()
        self._network: Any = None
        self._weights_bytes = 0

    def answer(self, question: MlxQuestion) -> Answer:
        """Answer one question; what mlx-lm refuses becomes a sentence. Raises `AppError`."""
        try:
            if isinstance(question, OpenMlx):
                return self._open(question)
            return self._measure(question)
        except (RuntimeError, ValueError, TypeError, LookupError, AttributeError) as error:
            words = " ".join(str(error).split())[:300]
            return DryRunFailed(sentence("mlx-lm cannot lay out this model: {words}", words=words))

    def _open(self, question: OpenMlx) -> Answer:
        self._network = None
        folder = Path(os.fsdecode(question.path))
        self._network, config = build_network(
            self._mlx, folder, "This model", question.architecture
        )
        parameters = self._mlx.tree_flatten(self._network.parameters())
        self._weights_bytes = sum(tensor.nbytes for _, tensor in parameters)
        layers = len(getattr(self._network, "layers", ())) or config.get("num_hidden_layers", 0)
        return Opened(layers, library.version(), ())

    def _measure(self, question: MeasureMlx) -> Answer:
        if self._network is None:
            return DryRunFailed(sentence("No model is open."))
        options = LoadOptions(kv_type=question.kv_type)
        cost = prompt_cache.measure(self._mlx, self._network, options)
        return MlxMeasured(self._weights_bytes, cost.bytes_at(question.context_tokens))


if __name__ == "__main__":
    serve(lambda: MlxDryRun().answer, mlx_question_decoder, DryRunFailed)
