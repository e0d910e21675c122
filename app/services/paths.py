"""Where the program keeps its data: one home, and what lies in it."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import app
from app.domain.words import sentence
from app.services.files import shown, store_error

HOME_VARIABLE = "QUANTBENCH_HOME"


@dataclass(frozen=True)
class Paths:
    """Files and folders of one installation; `resources` comes with the program itself."""

    home: Path
    models: Path
    database: Path
    settings: Path
    logs: Path
    engines: Path
    run: Path
    cache: Path
    resources: Path

    @classmethod
    def default(cls) -> Paths:
        """The home that QUANTBENCH_HOME names, or else the usual place of this system."""
        named = os.environ.get(HOME_VARIABLE)
        if named:
            return cls.under(Path(named).expanduser().absolute())
        import platformdirs

        return cls.under(platformdirs.user_data_path("quantbench", appauthor=False))

    @classmethod
    def under(cls, home: Path) -> Paths:
        """All places under one home folder."""
        return cls(
            home=home,
            models=home / "models",
            database=home / "chats.sqlite",
            settings=home / "settings.toml",
            logs=home / "logs",
            engines=home / "engines",
            run=home / "run",
            cache=home / "cache",
            resources=Path(app.__file__).resolve().parent.parent / "resources",
        )

    def create(self) -> None:
        """Make the folders, for this user alone, and see that the home can be written.

        Folders that exist keep their mode. Raises `StoreError`.
        """
        try:
            self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
            for folder in (self.models, self.logs, self.engines, self.run, self.cache):
                folder.mkdir(mode=0o700, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.home) as probe:
                probe.write(b"\0")
        except OSError as error:
            doing = sentence("make the data folder {path}", path=shown(self.home))
            raise store_error(error, doing) from error
