"""The journal of a partial file: what it remembers, and what it does not believe."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from app.services import download_journal
from app.services.download_journal import Journal


def test_journal_survives_and_merges(tmp_path: Path) -> None:
    part = tmp_path / "0000.part"
    part.write_bytes(bytes(1000))
    with Journal(tmp_path / "j", part, 1000) as journal:
        for start, count in ((0, 100), (500, 50), (100, 100)):
            journal.advance(journal.begin(start), count)
        journal.note_etag('"abc"')
    with Journal(tmp_path / "j", part, 1000) as journal:
        assert journal.extents() == [(0, 200), (500, 550)]
        assert journal.etag == '"abc"'


def test_after_a_power_cut_only_synced_bytes_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = tmp_path / "0000.part"
    part.write_bytes(bytes(1000))
    with Journal(tmp_path / "j", part, 1000) as journal:
        record = journal.begin(0)
        journal.advance(record, 300)
        journal.checkpoint()
        journal.advance(record, 400)
    monkeypatch.setattr(download_journal, "boot_id", lambda: b"another boot")
    with Journal(tmp_path / "j", part, 1000) as journal:
        assert journal.extents() == [(0, 300)]


def test_a_journal_that_says_too_much_is_not_believed(tmp_path: Path) -> None:
    part = tmp_path / "0000.part"
    part.write_bytes(bytes(100))
    with Journal(tmp_path / "j", part, 1000) as journal:
        journal.advance(journal.begin(0), 900)
    with Journal(tmp_path / "j", part, 1000) as journal:
        assert journal.extents() == [(0, 100)], "the partial file is shorter"
    with Journal(tmp_path / "j", part, 2000) as journal:
        assert journal.extents() == [], "it is of another file"


def test_a_damaged_journal_never_does_harm(tmp_path: Path) -> None:
    """Whatever its bytes are, extents lie inside the file, in order, apart."""
    part, path = tmp_path / "0000.part", tmp_path / "j"
    part.write_bytes(bytes(1000))
    with Journal(path, part, 1000) as journal:
        for start in range(0, 1000, 100):
            journal.advance(journal.begin(start), 50)
    good, chance = path.read_bytes(), random.Random(3)
    for _ in range(100):
        bad = bytearray(good)
        for _ in range(chance.randrange(1, 20)):
            bad[chance.randrange(len(bad))] = chance.randrange(256)
        path.write_bytes(bad[: chance.randrange(len(bad))])
        with Journal(path, part, 1000) as journal:
            flat = [edge for extent in journal.extents() for edge in extent]
        assert flat == sorted(set(flat))
        assert all(0 <= edge <= 1000 for edge in flat)
