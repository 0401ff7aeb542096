"""`make run`: prepares the database, starts all that is needed, ends it together.

That is the web server with its worker, and the development mailbox.

Standard library and the settings only: this process stays as long as the others and should weigh
nothing.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from types import FrameType

from dotenv import dotenv_values

from config import ROOT, Settings, SettingsError
from scripts.database_state import is_ready

LOG = ROOT / "instance" / "run.log"
FLASK = (sys.executable, "-m", "flask", "--app", "wsgi")
ANYWHERE = ("0.0.0.0", "::", "")  # noqa: S104
# Outside production mail goes to these domains only; mail to any other is shown as withheld.
SAMPLE_DOMAINS = "example example.org example.com"
READY_WITHIN = 60.0
STOPPED_WITHIN = 10.0


class Stopped(Exception):
    """Someone asked for the end: Ctrl-C, a signal, a closed terminal."""


class Signals:
    """Counts how often someone has asked for the end.

    The first one raises `Stopped` where it comes, or at the end of a part that is `whole`; the
    others only count, so that nothing comes between us and the children that are to be ended.
    """

    def __init__(self) -> None:
        self.count = 0
        self.is_held = self.is_raised = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._came)

    def _came(self, _number: int, _frame: FrameType | None) -> None:
        self.count += 1
        self._raise_once()

    def _raise_once(self) -> None:
        if self.count and not self.is_held and not self.is_raised:
            self.is_raised = True
            raise Stopped

    @contextlib.contextmanager
    def whole(self) -> Iterator[None]:
        """A part that no signal interrupts: between starting a child and knowing it."""
        self.is_held = True
        try:
            yield
        finally:
            self.is_held = False
        self._raise_once()


def main() -> int:
    """Runs until a signal comes or a child ends.

    Returns the exit status: 0 when stopped from outside, else 1.
    """
    signals = Signals()
    family: list[subprocess.Popen[bytes]] = []
    try:
        try:
            return _serve(family, signals)
        finally:
            end(family, signals)
    except Stopped:
        # Perhaps while the others were being ended, when one had ended by itself.
        end(family, signals)
        return 0


def _serve(family: list[subprocess.Popen[bytes]], signals: Signals) -> int:
    """Starts the children, and returns when one of them has ended or none could be started."""
    environ = development_environment({**_dotenv(), **os.environ})
    # What is written here names people: the log, the mailbox, the database.
    os.umask(0o077)
    LOG.parent.mkdir(exist_ok=True)
    try:
        check(environ)
        settings = Settings.from_env(environ)
        prepare(settings, environ)
        if settings.dev_mailbox:
            with signals.whole():
                family.append(start((sys.executable, "-m", "devmail"), environ, family))
        web = (sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py")
        with signals.whole():
            family.append(start(web, environ, family))
        wait_for_web(environ, family)
        subprocess.run((*FLASK, "demo", "links"), cwd=ROOT, env=environ, check=True)
        print(f"\nLoggen: {LOG.relative_to(ROOT)}. Ctrl-C avslutar allt.", flush=True)
        wait_for_death(family)
    except (SettingsError, Refusal) as problem:
        print(problem, file=sys.stderr)
    except subprocess.CalledProcessError as problem:
        print(f"{' '.join(problem.cmd[1:])} misslyckades, se ovan.", file=sys.stderr)
    return 1


class Refusal(Exception):
    """Nothing was started, and this is why."""


def _dotenv() -> dict[str, str]:
    values = dotenv_values(ROOT / ".env")
    return {name: value for name, value in values.items() if value is not None}


def development_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What the children are given: `environ` and what is left empty in it.

    One web process, and the development mailbox unless a mail server is named.
    """
    host, port = environ.get("HOST") or "127.0.0.1", environ.get("PORT") or "8000"
    usual = {
        "HOST": host,
        "PORT": port,
        # One process has what is imported in memory once.
        "WEB_WORKERS": "1",
        "WEB_THREADS": "8",
        "BASE_URL": f"http://{_reachable(host)}:{port}",
    }
    if not environ.get("MAIL_SERVER") and environ.get("ENVIRONMENT") != "production":
        usual |= {
            "MAIL_SERVER": "127.0.0.1",
            "MAIL_PORT": environ.get("MAIL_PORT") or str(free_port(8025)),
            "MAIL_ALLOW": SAMPLE_DOMAINS,
            "DEV_MAILBOX": str(ROOT / "instance" / "maildir"),
        }
    given = {name: value for name, value in environ.items() if value or name not in usual}
    return {**usual, **given}


def _reachable(host: str) -> str:
    """The host as an address on this machine has it."""
    if host in ANYWHERE:
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def check(environ: Mapping[str, str]) -> None:
    """Raises `Refusal` in production and when nothing can listen on the port."""
    if environ.get("ENVIRONMENT") == "production":
        raise Refusal(
            "make run är för utveckling. I produktion: gunicorn -c gunicorn.conf.py (se README)."
        )
    host, port = environ["HOST"], environ["PORT"]
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise Refusal(f"PORT är {port!r}, men ska vara ett heltal mellan 1 och 65535.")
    if not is_free(host, int(port)):
        other = free_port(int(port) + 1)
        raise Refusal(f"Port {port} på {host} är upptagen. Välj en annan: make run PORT={other}")


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen there now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As the server does: a port whose last connections are still closing is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port(wanted: int) -> int:
    """The port `wanted` when it is free on loopback, else the first free one after it."""
    return next(port for port in range(wanted, 65536) if is_free("127.0.0.1", port))


def prepare(settings: Settings, environ: Mapping[str, str]) -> None:
    """Migrates and fills an empty database.

    A ready SQLite file is seen at once, which saves two starts of the application.
    """
    if is_ready(settings.database_url, ROOT / "migrations" / "versions"):
        return
    print("Förbereder databasen ...", flush=True)
    subprocess.run((*FLASK, "db", "upgrade"), cwd=ROOT, env=environ, check=True)
    subprocess.run((*FLASK, "demo", "fill"), cwd=ROOT, env=environ, check=True)


def start(
    command: Sequence[str], environ: Mapping[str, str], family: Sequence[subprocess.Popen[bytes]]
) -> subprocess.Popen[bytes]:
    """Starts a child in the group of the first one, away from the terminal's.

    So Ctrl-C reaches only this process. The log goes to a file, so that the links stay in sight;
    errors at the start come on the terminal.
    """
    group = family[0].pid if family else 0
    with LOG.open("ab" if family else "wb") as log:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=log,
            process_group=group,
        )


def wait_for_web(environ: Mapping[str, str], family: Sequence[subprocess.Popen[bytes]]) -> None:
    """Returns when /healthz answers 200.

    Raises `Refusal` when a child has ended or the time is up.
    """
    until = time.monotonic() + READY_WITHIN
    while time.monotonic() < until:
        if answers(environ["HOST"], int(environ["PORT"])):
            return
        if any(child.poll() is not None for child in family):
            break
        time.sleep(0.05)
    raise Refusal("Webbservern kom inte igång, se ovan.")


def answers(host: str, port: int) -> bool:
    """Whether /healthz says 200."""
    target = "127.0.0.1" if host in ANYWHERE else host
    try:
        with socket.create_connection((target, port), timeout=5) as connection:
            connection.sendall(f"GET /healthz HTTP/1.0\r\nHost: {target}:{port}\r\n\r\n".encode())
            return b" 200 " in connection.recv(32)
    except OSError:
        return False


def wait_for_death(family: Sequence[subprocess.Popen[bytes]]) -> None:
    """Returns when one of the children has ended."""
    while all(child.poll() is None for child in family):
        time.sleep(0.2)
    print("En del av tjänsten slutade, så resten avslutas också.", file=sys.stderr)


def end(family: Sequence[subprocess.Popen[bytes]], signals: Signals) -> None:
    """Asks the whole group to end, and kills it when it does not; a second Ctrl-C kills at once."""
    if not family:
        return
    before, until = max(signals.count, 1), time.monotonic() + STOPPED_WITHIN
    _send(family, signal.SIGTERM)
    while any(child.poll() is None for child in family):
        if signals.count > before or time.monotonic() > until:
            _send(family, signal.SIGKILL)
        time.sleep(0.02)


def _send(family: Sequence[subprocess.Popen[bytes]], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(family[0].pid, number)


if __name__ == "__main__":
    sys.exit(main())
