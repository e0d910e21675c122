"""The home folder: where it is, who may see it, and what happens when it cannot be written."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from app.domain.errors import StoreError
from app.services.paths import Paths
from tests.fakes import disks


def test_the_variable_names_the_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("QUANTBENCH_HOME", str(tmp_path / "here"))
    paths = Paths.default()
    assert paths.home == tmp_path / "here"
    inside = (paths.models, paths.database, paths.settings, paths.logs, paths.engines, paths.run)
    assert all(path.parent == paths.home for path in (*inside, paths.cache))


@pytest.mark.parametrize(("named", "meant"), [("~/x", "x"), ("", ".local/share/quantbench")])
def test_a_tilde_and_an_empty_variable(
    monkeypatch: pytest.MonkeyPatch, home: Path, named: str, meant: str
) -> None:
    monkeypatch.setenv("QUANTBENCH_HOME", named)
    monkeypatch.setattr("sys.platform", "linux")
    assert Paths.default().home == home / meant


def test_a_relative_home_stays_where_it_was_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("QUANTBENCH_HOME", "data")
    paths = Paths.default()
    monkeypatch.chdir("/")
    assert paths.home == tmp_path / "data"


def test_resources_lie_beside_the_program() -> None:
    assert (Paths.default().resources / "fonts").is_dir()


def test_folders_are_for_their_owner_alone(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path / "deep" / "home")
    paths.create()
    paths.create()
    for folder in (paths.home, paths.models, paths.logs, paths.engines, paths.run, paths.cache):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert list(paths.models.iterdir()) == []


def test_the_mode_of_a_home_that_exists_is_the_users_business(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    Paths.under(tmp_path).create()
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_a_home_that_cannot_be_written(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path)
    paths.create()
    with disks.read_only(tmp_path) as home:
        if disks.is_writable(home):  # root without the right to mount: no folder can be made here
            paths = Paths.under(Path("/proc/quantbench"))
        with pytest.raises(StoreError, match=r"data folder .*\. (Set QUANTBENCH_HOME|Check)"):
            paths.create()


@pytest.mark.parametrize("taken", ["", "models"])
def test_a_file_in_the_way(tmp_path: Path, taken: str) -> None:
    home = tmp_path / "home"
    if taken:
        home.mkdir()
    (home / taken).write_text("in the way")
    with pytest.raises(StoreError, match="data folder"):
        Paths.under(home).create()
    assert (home / taken).read_text() == "in the way"


def test_a_name_that_is_not_utf8(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path / "odd\udcff")
    paths.create()
    assert paths.cache.is_dir()
