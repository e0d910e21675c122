"""Chooses what guesses the next tokens of replies ahead: nothing, the text so far, or a model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from PySide6.QtWidgets import QComboBox, QWidget

from app.domain.load_options import LoadOptions
from app.domain.model import LocalModel
from app.domain.units import file_text
from app.domain.words import marked
from app.ui.language import tr

Speculation = Literal["off", "lookup"]
_OFF: Final = marked("Off")
_LOOKUP: Final = marked("From the text, for edits and code")
# A draft model pays only when it is much smaller.
_LEAST_RATIO: Final = 2
_TIP: Final = marked(
    "Tokens that are guessed right are won, several in one step; the text stays the same."
)
_STOPS: Final = marked("Guessing stops by itself while it does not pay.")


def draft_models(model: LocalModel, models: Sequence[LocalModel]) -> list[LocalModel]:
    """Those that may guess for a model, the smallest first: of its family, and much smaller."""
    found = [
        each
        for each in models
        if each.format == model.format
        and each.problem is None
        and each.architecture == model.architecture
        and _LEAST_RATIO * each.size_bytes <= model.size_bytes
    ]
    return sorted(found, key=lambda each: (each.size_bytes, each.name))


class GuessChoice(QComboBox):
    """Holds what `LoadOptions` says of it."""

    def __init__(
        self, options: LoadOptions, *, is_mlx: bool = False, parent: QWidget | None = None
    ) -> None:
        """`is_mlx`: only a draft model can guess, and always does."""
        super().__init__(parent)
        self.setToolTip(tr(_TIP) if is_mlx else f"{tr(_TIP)}\n{tr(_STOPS)}")
        self.setAccessibleName(tr("Guess ahead"))
        self._asked = options.draft_model
        self.addItem(tr(_OFF))
        if not is_mlx:
            self.addItem(tr(_LOOKUP), "lookup")
            self.setCurrentIndex(int(options.speculation == "lookup"))

    def offer(self, models: Sequence[LocalModel]) -> None:
        """Offer these as draft models."""
        for model in models:
            self.addItem(f"{model.name}, {file_text(model.size_bytes)}", model.path)
            if model.path == self._asked:
                self.setCurrentIndex(self.count() - 1)

    @property
    def speculation(self) -> Speculation:
        return "lookup" if self.currentData() == "lookup" else "off"

    @property
    def draft_model(self) -> bytes | None:
        chosen = self.currentData()
        return chosen if isinstance(chosen, bytes) else None
