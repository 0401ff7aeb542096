"""What someone meets who has just cloned the project: the command that runs it, and the one that
says what is missing.
"""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from config import ROOT
from scripts import chromium, postgresql, run, test_needs
from scripts.database_state import heads, is_ready
from scripts.test_needs import NEEDS, Need

pytestmark = pytest.mark.newcomer

KEYS = {"SECRET_KEYS": "k" * 40}


@pytest.fixture
def busy_port() -> Iterator[int]:
    """A port on loopback that someone listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_what_make_run_starts_sends_its_mail_to_the_development_mailbox() -> None:
    environ = run.development_environment({"PORT": "8123"})
    assert environ["MAIL_SERVER"] == "127.0.0.1" and environ["DEV_MAILBOX"].endswith("maildir")
    assert environ["BASE_URL"] == "http://127.0.0.1:8123"


def test_a_mail_server_of_ones_own_replaces_the_mailbox() -> None:
    environ = run.development_environment({"MAIL_SERVER": "mail.region.example"})
    assert environ["MAIL_SERVER"] == "mail.region.example" and "DEV_MAILBOX" not in environ


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::1", "http://[::1]:8000"),
        ("192.0.2.7", "http://192.0.2.7:8000"),
    ],
)
def test_the_printed_links_can_be_opened_whatever_the_host(host: str, url: str) -> None:
    assert run.development_environment({"HOST": host})["BASE_URL"] == url


def test_a_taken_port_is_told_with_a_free_one(busy_port: int) -> None:
    with pytest.raises(run.Refusal, match=f"Port {busy_port} .* upptagen.*make run PORT="):
        run.check({"HOST": "127.0.0.1", "PORT": str(busy_port)})


@pytest.mark.parametrize("port", ["abc", "0", "70000"])
def test_a_port_that_is_none_is_told(port: str) -> None:
    with pytest.raises(run.Refusal, match="PORT"):
        run.check({"HOST": "127.0.0.1", "PORT": port})


def test_make_run_is_not_for_production() -> None:
    with pytest.raises(run.Refusal, match="utveckling"):
        run.check({"ENVIRONMENT": "production", "HOST": "127.0.0.1", "PORT": "8000"})


def test_an_empty_folder_is_not_ready(tmp_path: Path) -> None:
    assert not is_ready(f"sqlite:///{tmp_path / 'none.db'}", ROOT / "migrations" / "versions")


@pytest.mark.parametrize(
    ("revision", "organisations", "ready"),
    [("head", 1, True), ("head", 0, False), ("old", 1, False)],
)
def test_a_migrated_and_filled_database_is_ready(
    tmp_path: Path, revision: str, organisations: int, ready: bool
) -> None:
    versions = ROOT / "migrations" / "versions"
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        connection.execute("create table alembic_version (version_num text)")
        connection.execute("create table organisations (id integer)")
        connection.execute(
            "insert into alembic_version values (?)",
            (next(iter(heads(versions))) if revision == "head" else "old",),
        )
        connection.executemany(
            "insert into organisations values (?)", [(n,) for n in range(organisations)]
        )
        connection.commit()
    assert is_ready(f"sqlite:///{tmp_path / 'a.db'}", versions) is ready


def test_there_is_one_newest_migration() -> None:
    assert len(heads(ROOT / "migrations" / "versions")) == 1


def test_the_mailbox_listens_on_loopback_only(tmp_path: Path) -> None:
    environ = {**os.environ, "MAIL_SERVER": "192.0.2.1", "DEV_MAILBOX": str(tmp_path)}
    result = subprocess.run(
        [sys.executable, "-m", "devmail"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1 and "192.0.2.1" in result.stderr


@pytest.mark.parametrize(
    "need",
    [
        pytest.param("postgresql", marks=pytest.mark.postgresql),
        pytest.param("chromium", marks=pytest.mark.browser),
    ],
)
def test_what_the_tests_run_on_is_found(need: str) -> None:
    assert NEEDS[need].missing() == []


def test_only_what_is_missing_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    there = {"node", "npm", "pdftotext", "pdfinfo", "pdftohtml"}
    monkeypatch.setattr(
        test_needs.shutil, "which", lambda name: f"/usr/bin/{name}" if name in there else None
    )
    monkeypatch.setattr(test_needs, "find_library", lambda name: None)
    asked: list[list[str]] = []
    monkeypatch.setattr(test_needs, "_apt", lambda: ["apt-get"])
    monkeypatch.setattr(test_needs, "_install", lambda apt, packages: asked.append(packages))
    assert test_needs.main(["readers"]) == 1
    assert asked == [["libreoffice-calc-nogui", "libical3"]]


@pytest.mark.parametrize(
    ("is_ci", "status", "printed"), [("", 0, "--ignore=tests/readers\n"), ("true", 1, "")]
)
def test_what_is_optional_may_be_missing_but_not_with_ci(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    is_ci: str,
    status: int,
    printed: str,
) -> None:
    missing = Need({"libreoffice-calc-nogui": lambda: False}, "they read our workbooks")
    monkeypatch.setitem(NEEDS, "readers", missing)
    monkeypatch.setattr(test_needs, "_apt", list)
    monkeypatch.setenv("CI", is_ci)
    assert test_needs.main(["--optional", "readers"]) == status
    said = capsys.readouterr()
    assert said.out == printed and "sudo apt install libreoffice-calc-nogui" in said.err
    assert test_needs.main(["readers"]) == 1, "what is not optional must be there"


def test_what_no_package_brings_is_fetched_after_the_packages(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(NEEDS, "readers", Need({}, "npm must reach its registry", lambda: True))
    assert test_needs.main(["readers"]) == 0
    monkeypatch.setitem(NEEDS, "readers", Need({}, "npm must reach its registry", lambda: False))
    assert test_needs.main(["readers"]) == 1
    assert capsys.readouterr().err == "The tests need readers. npm must reach its registry.\n"


def test_a_browser_named_in_the_environment_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "browser"
    own.touch(mode=0o755)
    monkeypatch.setenv("CHROME", str(own))
    assert chromium.find_chromium() == str(own)


def test_a_server_left_by_a_killed_run_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql.tempfile, "gettempdir", lambda: str(tmp_path))
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
    left = postgresql.folder_of(str(gone.pid))
    mine = postgresql.folder_of(str(os.getpid()))
    left.mkdir()
    mine.mkdir()
    postgresql.stop_stale()
    assert not left.exists() and mine.exists()


@dataclass
class Supervisor:
    """`make run` on a database and a port of its own: start it, read what it prints."""

    environ: dict[str, str]
    process: subprocess.Popen[str] | None = None

    def start(self) -> list[str]:
        """Starts it and returns the addresses it prints."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "scripts.run"],
            cwd=ROOT,
            env=self.environ,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        lines = list(takewhile(lambda line: "Ctrl-C" not in line, self.process.stdout))
        return [word for line in lines for word in line.split() if word.startswith("http")]

    def children(self) -> list[int]:
        """The processes it has started."""
        assert self.process is not None
        listed = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.process.pid)],
            capture_output=True,
            text=True,
            check=False,
        )
        return [int(pid) for pid in listed.stdout.split()]

    def ended(self) -> int:
        """Waits for its end and returns the exit status."""
        assert self.process is not None and self.process.stdout is not None
        self.process.stdout.close()
        return self.process.wait(20)


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    """Nothing of it is left after the test."""
    port = run.free_port(18000 + os.getpid() % 4000)
    own = {
        "PORT": str(port),
        "HOST": "127.0.0.1",
        "MAIL_PORT": str(run.free_port(port + 1)),
        "DEV_MAILBOX": str(tmp_path / "maildir"),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'a.db'}",
        "QUEUE_URL": f"sqlite:///{tmp_path / 'q.db'}",
        "ENVIRONMENT": "development",
    }
    made = Supervisor({**os.environ, **KEYS, **own})
    yield made
    if made.process is not None and made.process.poll() is None:
        made.process.terminate()
        made.ended()


def persons(folder: Path) -> int:
    """How many persons the database holds."""
    with closing(sqlite3.connect(folder / "a.db")) as connection:
        return int(connection.execute("select count(*) from persons").fetchone()[0])


@pytest.mark.race
def test_whoever_asks_for_the_end_again_and_again_leaves_no_child(supervisor: Supervisor) -> None:
    supervisor.start()
    family = supervisor.children()
    assert len(family) == 2 and supervisor.process is not None
    # They do not end by themselves.
    for child in family:
        os.kill(child, signal.SIGSTOP)
    while supervisor.process.poll() is None:
        supervisor.process.send_signal(signal.SIGTERM)
    left = [child for child in family if postgresql.is_alive(child)]
    for child in left:
        os.kill(child, signal.SIGKILL)
    assert not left
    # The last of the signals may come when Python has put its handlers away.
    assert supervisor.ended() in (0, -signal.SIGTERM)


@pytest.mark.race
def test_one_command_starts_everything_keeps_the_data_and_ends_it_all(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    for link in (links := supervisor.start()):
        with urlopen(link, timeout=20) as page:
            assert page.status == 200 and b"<h1" in page.read(), link
    assert {urlsplit(link).path.split("/")[1] for link in links} == {
        "i",
        "f",
        "logga-in",
        "brevlada",
    }
    assert len(family := supervisor.children()) == 2 and supervisor.process is not None
    supervisor.process.send_signal(signal.SIGINT)
    assert supervisor.ended() == 0
    assert not any(map(postgresql.is_alive, family)), "a child outlives its parent"

    filled = persons(tmp_path)
    supervisor.start()
    assert persons(tmp_path) == filled > 100
    os.kill((family := supervisor.children())[0], signal.SIGKILL)
    assert supervisor.ended() == 1
    assert not any(map(postgresql.is_alive, family)), "when one part dies the others end"
