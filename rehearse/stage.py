"""The stage: web processes, a worker and a mail server, all on one clock.

With room for many people to act at once.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import pickle
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import sqlalchemy as sa
from flask.cli import ScriptInfo

from annualwheel import create_app
from annualwheel.contacts.imports import states as import_states
from annualwheel.db import db
from annualwheel.jobs.queue import EmbeddedConsumer, queue_of
from annualwheel.mail.states import DUE
from annualwheel.models import Import, Mailing, MailRequest, Message, Pack
from annualwheel.transactions import reading
from annualwheel.workshop.states import UNDER_WAY
from config import ROOT, Settings
from rehearse.browser import Browser
from rehearse.clock import FastClock
from rehearse.post import Post

START = dt.date(2026, 10, 20)
PEOPLE_AT_ONCE = 4
SETTLED_WITHIN = 60.0
UNFINISHED: Mapping[str, tuple[Any, tuple[str, ...]]] = {
    "mejl": (Message, DUE),
    "utskick": (Mailing, ("preparing",)),
    "underlag": (Pack, UNDER_WAY),
    "import": (Import, import_states.UNDER_WAY),
}


Item = TypeVar("Item")
Result = TypeVar("Result")


class Stage:
    """Everything that runs, from entering the block to leaving it.

    `domains` may be mailed to; all mail stays on this machine. `spare_url` is the empty database
    that it moves to.
    """

    def __init__(
        self, folder: Path, database_url: str, spare_url: str, domains: Iterable[str]
    ) -> None:
        self.folder, self.clock = folder, FastClock(folder / "clock")
        self.clock.to(START)
        self.post = Post(folder)
        self.listening = socket.create_server(("127.0.0.1", 0))
        port = int(self.listening.getsockname()[1])
        self.settings = Settings(
            secret_keys=(secrets.token_urlsafe(48),),
            environment="test",
            database_url=database_url,
            worker="separate",
            queue_url=f"sqlite:///{(folder / 'queue.db').resolve()}",
            base_url=f"http://127.0.0.1:{port}",
            mail_server="127.0.0.1",
            mail_port=self.post.port,
            mail_connections=2,
            mail_allow=tuple(domains),
        )
        self.spare_url = spare_url
        self.web: subprocess.Popen[bytes] | None = None
        self._set_up()

    def _set_up(self) -> None:
        """The application as the settings have it, and its worker."""
        self.app = create_app(self.settings, self.clock)
        # The worker looks often: people in a rehearsal wait for their mail.
        self.worker = EmbeddedConsumer(
            queue_of(self.app),
            workers=self.settings.mail_connections,
            initial_delay=0.02,
            max_delay=0.03,
            backoff=1.2,
            check_worker_health=False,
        )

    def __enter__(self) -> Self:
        self.command("db", "upgrade")
        self._start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()
        self.listening.close()
        self.post.close()

    def _start(self) -> None:
        self.web = self._serve()
        self.worker.start()

    def _stop(self) -> None:
        self.worker.stop(graceful=True)
        if self.web is not None:
            self.web.terminate()
            self.web.wait()
        with self.app.app_context():
            db.engine.dispose()
        queue_of(self.app).storage.close()

    def move(self) -> None:
        """Puts a copy of everything back on another database, and goes on there.

        Who connects meanwhile waits. Raises `ClickException` when there is no copy, or it cannot be
        put back.
        """
        copies = self.folder / "copies"
        self.command("backup", str(copies))
        self._stop()
        self.settings = replace(
            self.settings,
            database_url=self.spare_url,
            queue_url=f"sqlite:///{(self.folder / 'spare_queue.db').resolve()}",
        )
        self._set_up()
        [newest] = copies.iterdir()
        self.command("restore", str(newest))
        self._start()

    def _serve(self) -> subprocess.Popen[bytes]:
        """The web server on the listening socket; whoever connects before it is ready waits."""
        number = self.listening.fileno()
        clock = str(self.clock.path.resolve())
        command = [sys.executable, "-m", "rehearse.serve", str(number), clock]
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, pass_fds=(number,))
        if process.stdin is not None:
            process.stdin.write(pickle.dumps(self.settings))
            process.stdin.close()
        return process

    def together(self, act: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
        """Lets several people act at once; returns what came of each, in order.

        Raises what the first of them met.
        """
        with ThreadPoolExecutor(PEOPLE_AT_ONCE) as people:
            return list(people.map(act, items))

    def command(self, *arguments: str) -> None:
        """Runs a command of `flask --app wsgi`, as whoever installs the program does.

        What it prints concerns nobody here.
        """
        info = ScriptInfo(create_app=lambda: self.app)
        with contextlib.redirect_stdout(io.StringIO()):
            self.app.cli.main(args=list(arguments), obj=info, standalone_mode=False)

    def browser(self) -> Browser:
        """A new browser, with nothing remembered."""
        return Browser(self.settings.base_url)

    def settle(self) -> None:
        """Returns when what was asked for is answered, and every mail, pack and import is done.

        Raises `TimeoutError` when that takes too long.
        """
        until = time.monotonic() + SETTLED_WITHIN
        while waiting := self._unfinished():
            if time.monotonic() > until:
                raise TimeoutError(f"väntade för länge på {waiting}")
            time.sleep(0.02)

    def _unfinished(self) -> dict[str, int]:
        counts = {}
        with self.app.app_context(), reading():
            # First: a request goes in the transaction that writes its mail.
            asked = sa.select(sa.func.count()).select_from(MailRequest)
            counts["mail_requests"] = db.session.scalar(asked) or 0
            for name, (table, states) in UNFINISHED.items():
                counts[name] = self._count(table, states)
        return {name: count for name, count in counts.items() if count}

    def _count(self, table: Any, states: tuple[str, ...]) -> int:
        rows = sa.select(sa.func.count()).select_from(table).where(table.state.in_(states))
        return db.session.scalar(rows) or 0
