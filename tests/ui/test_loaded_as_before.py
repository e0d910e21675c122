"""How a model was loaded last: the picker, the next start and the load dialog go by it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from app.domain.errors import MemoryShortError
from app.domain.load_options import LoadOptions
from app.domain.model import LocalModel
from app.services.engine_host import Machine, Neighbours, Planned
from app.ui.load_dialog import LoadDialog
from app.ui.loading import LoadRequest, ModelLoading
from tests.fakes.window_services import WindowServices, local_model, window_services
from tests.ui.conftest import OpenShell, Until

CHOSEN = LoadOptions(context_tokens=2048, kv_type="q8_0")
TINY, OTHER = local_model("Tiny"), local_model("Other")


@pytest.fixture
def services(home: Path) -> WindowServices:
    return window_services(home / "quantbench", models=[TINY, OTHER])


async def options_of(loading: ModelLoading, model: LocalModel, until: Until) -> LoadOptions:
    await until(lambda: loading.session is not None and loading.model == model)
    assert loading.session is not None
    return msgspec.structs.replace(loading.session.info.options, self_check=False)


async def test_picker_loads_a_model_as_it_was_loaded_last(
    open_shell: OpenShell, until: Until
) -> None:
    loading = open_shell().workspace.loading
    assert await options_of(loading, TINY, until) == LoadOptions()
    loading.load_with(LoadRequest(TINY, CHOSEN))
    assert await options_of(loading, TINY, until) == CHOSEN
    loading.load(OTHER)
    assert await options_of(loading, OTHER, until) == LoadOptions()
    loading.load(TINY)
    loading.eject()
    loading.load(TINY)
    assert await options_of(loading, TINY, until) == CHOSEN


async def test_next_start_loads_a_model_as_it_was_loaded_last(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    await services.host.choose(TINY, CHOSEN)  # by the start before
    shell = open_shell()
    assert await options_of(shell.workspace.loading, TINY, until) == CHOSEN
    shell.window.chat_page.picker.options_requested.emit(TINY)
    (dialog,) = shell.window.findChildren(LoadDialog)
    assert (dialog.options.context_tokens, dialog.options.kv_type) == (2048, "q8_0")


async def test_what_is_chosen_in_the_window_is_kept(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    loading = open_shell().workspace.loading
    await options_of(loading, TINY, until)
    loading.load_with(LoadRequest(TINY, CHOSEN))
    await until(lambda: services.host.options_of(TINY) == CHOSEN)
    loading.load_with(LoadRequest(TINY))
    await until(lambda: services.host.options_of(TINY) == LoadOptions())


class TooSmallForChosen:
    """Plans like a machine whose memory other programs have by now."""

    async def plan(
        self, _model: LocalModel, options: LoadOptions, _machine: Machine, _neighbours: Neighbours
    ) -> Planned:
        if options == CHOSEN:
            raise MemoryShortError("It needs more memory than there is.")
        return Planned(options)


async def test_what_fits_no_more_is_loaded_with_other_options_by_one_click(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    await services.host.choose(TINY, CHOSEN)
    services.host._planner = TooSmallForChosen()
    window = open_shell().window
    await until(lambda: window.banner.notice)
    assert window.banner.action_button.text() == "Load with options…"
    window.banner.action_button.click()
    (dialog,) = window.findChildren(LoadDialog)
    assert dialog.windowTitle() == "Load Tiny"
    assert dialog.options.context_tokens == 2048
