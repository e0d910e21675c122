"""What the user set or the program remembers between two starts."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from app.domain.context_plan import ContextPolicy
from app.domain.engine_build import BUNDLED
from app.domain.load_options import LoadOptions
from app.domain.remote import RemoteServer
from app.domain.reply_options import Preset

Theme = Literal["system", "dark", "light"]
LanguageChoice = Literal["system", "en", "de"]
# What the desktop is told of a long reply that ends in the background.
NoticeChoice = Literal["off", "plain", "text"]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All settings with their defaults. Paths hold odd bytes as `os.fsdecode` gives them."""

    theme: Theme = "system"
    # Of the window's texts, from its next start on.
    language: LanguageChoice = "system"
    # How much larger than usual everything is, from the next start on.
    window_scale: Annotated[float, msgspec.Meta(ge=0.5, le=4.0)] = 1.0
    reply_notices: NoticeChoice = "plain"
    # How much larger than usual the words of a chat are.
    chat_zoom: Annotated[float, msgspec.Meta(ge=0.5, le=4.0)] = 1.0
    # Files outside the models folder that the user opened, oldest first.
    opened_files: tuple[str, ...] = ()
    # The name or path of the model that was loaded last.
    last_model: str | None = None
    # When models were loaded last, by their paths, in seconds since 1970.
    last_loads: dict[str, int] = {}
    # How models are loaded, by their paths, where that was chosen.
    load_options: dict[str, LoadOptions] = {}
    # Which configuration survived the self-check, by the build of the engine.
    safe_configurations: dict[str, str] = {}
    # More folders in which models are looked for.
    model_folders: tuple[str, ...] = ()
    # Where downloads go; None is the folder inside the program's home.
    models_folder: str | None = None
    # The build of llama.cpp to use, and other ones for models by their name.
    engine_build: str = BUNDLED
    model_builds: dict[str, str] = {}
    # Servers with models; their keys are kept apart.
    servers: tuple[RemoteServer, ...] = ()
    # The cards for which a build that uses them was offered; it is said once.
    offered_builds: tuple[str, ...] = ()
    # The user's own options for chats, and which are set for models by their name.
    presets: tuple[Preset, ...] = ()
    model_presets: dict[str, str] = {}
    # What happens in a chat that does not fit into the context, unless it is chosen there.
    context_policy: ContextPolicy = "ask"
    # Nothing leaves this computer while it is on.
    offline: bool = False
    # Of all downloads together, in bytes a second; None is no limit.
    download_limit_bytes: Annotated[int, msgspec.Meta(ge=1024)] | None = None
    # A loaded model that was not used for so long is ejected; None: it stays.
    eject_after_minutes: Annotated[int, msgspec.Meta(ge=1)] | None = None
    # Whether evaluated chats are kept on disk, and how much of them, in bytes.
    keep_states: bool = True
    state_limit_bytes: Annotated[int, msgspec.Meta(ge=10**8)] = 4 * 10**9

    def build_of(self, model: str | None) -> str:
        """The build of llama.cpp that is chosen for a model, or for all (None)."""
        return self.model_builds.get(model or "", self.engine_build)
