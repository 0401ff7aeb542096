"""The folders that the service writes in: what is wrong is told in words, all at once."""

from __future__ import annotations

import dataclasses
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from annualwheel import create_app, storage
from annualwheel.engines import make_private
from config import Settings, SettingsError


@pytest.fixture
def settings(settings_for: Callable[..., Settings], tmp_path: Path) -> Settings:
    return settings_for(f"sqlite:///{tmp_path}/rows.db", queue_url=f"sqlite:///{tmp_path}/jobs.db")


def unwritable(tmp_path: Path) -> Path:
    """A folder in which this user may write nothing; the superuser may everywhere but here."""
    if os.geteuid() == 0:
        return Path("/sys")
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o500)
    return folder


def test_folders_that_can_be_written_in_are_no_problem(settings: Settings) -> None:
    assert storage.problems(settings) == []


def test_every_folder_is_named_at_once_with_its_setting_before_anything_is_made(
    settings: Settings, tmp_path: Path
) -> None:
    missing = dataclasses.replace(
        settings,
        database_url=f"sqlite:///{tmp_path}/gone/rows.db",
        queue_url=f"sqlite:///{unwritable(tmp_path)}/jobs.db",
    )
    with pytest.raises(SettingsError) as raised:
        create_app(missing)
    first, second = raised.value.problems
    assert first == (
        f"DATABASE_URL: mappen {tmp_path}/gone finns inte. Skapa den, eller ändra DATABASE_URL."
    )
    assert second.startswith("QUEUE_URL: tjänsten får inte skriva i ") and "Ge användaren" in second
    assert not (tmp_path / "gone").exists()


def test_a_file_in_the_place_of_the_folder_is_no_folder(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    wrong = dataclasses.replace(settings, database_url=f"sqlite:///{tmp_path}/file/rows.db")
    assert "finns inte" in "".join(storage.problems(wrong))


def test_a_folder_where_the_file_should_be_is_told(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "rows.db").mkdir()
    assert "det går inte att skriva" in "".join(storage.problems(settings))


def test_little_room_is_told_but_does_not_keep_readers_out(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "LEAST", 2**60)
    assert [line.split(":")[0] for line in storage.problems(settings)] == [
        "DATABASE_URL",
        "QUEUE_URL",
    ]
    storage.require(settings)


WRITE = """
import sqlite3, sys
sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None).execute("begin immediate")
"""


def test_looking_leaves_the_locks_of_this_process_alone(settings: Settings, tmp_path: Path) -> None:
    """To close a file that is locked ends the locks (POSIX), and two would write at once."""
    file = tmp_path / "rows.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as ours:
        ours.execute("create table rows (id integer)")
        ours.execute("begin immediate")
        storage.problems(settings)
        make_private(file)
        other = subprocess.run(
            [sys.executable, "-c", WRITE, str(file)], capture_output=True, text=True, check=False
        )
    assert "database is locked" in other.stderr


def test_a_database_server_keeps_no_files_here(settings: Settings) -> None:
    elsewhere = dataclasses.replace(
        settings, database_url="postgresql://h/d", queue_url="redis://h"
    )
    assert storage.problems(elsewhere) == []
