"""What the tests of faults share: a service in processes that can be killed, and people who go on
pressing until the page says that it is done.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from http.client import HTTPException
from pathlib import Path

import pytest
import sqlalchemy as sa

from annualwheel.db import db
from annualwheel.models import Message, Registration
from config import ROOT, Settings
from rehearse.browser import Browser
from rehearse.clock import FastClock
from rehearse.dom import Unexpected
from tests.conftest import START
from tests.databases import PostgreSQL, SQLite
from tests.makers.guests import link_of, make_guest, make_meeting, publish

PEOPLE_AT_ONCE = 4
# Seconds between two presses, and so many of them before somebody gives up and the test fails.
PATIENCE, PRESSES = 0.05, 600
# Seconds without anything new, after which a test gives up too.
STANDS_STILL = 60
# What somebody meets while the service, or its database, is gone.
GONE = (OSError, HTTPException, Unexpected)


@dataclass
class Service:
    """The web server as in production, but for its clock, in processes of their own."""

    settings: Settings
    clock: Path
    listening: socket.socket
    process: subprocess.Popen[bytes] | None = field(default=None)

    def start(self) -> None:
        """Starts it; whoever connects before it is ready waits."""
        number = self.listening.fileno()
        command = [sys.executable, "-m", "rehearse.serve", str(number), str(self.clock)]
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=(number,),
            start_new_session=True,
        )
        assert self.process.stdin
        self.process.stdin.write(pickle.dumps(self.settings))
        self.process.stdin.close()

    def kill(self) -> None:
        """All of its processes at once, in the middle of whatever they do."""
        if self.process:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@pytest.fixture
def service(
    database: SQLite | PostgreSQL, settings_for: Callable[..., Settings], tmp_path: Path
) -> Iterator[Service]:
    """The service on the test's database, running."""
    clock = FastClock(tmp_path / "clock")
    clock.to(START.date())
    with socket.create_server(("127.0.0.1", 0)) as listening:
        settings = replace(
            settings_for(database.url),
            base_url=f"http://127.0.0.1:{listening.getsockname()[1]}",
            queue_url=f"sqlite:///{tmp_path / 'queue.db'}",
        )
        found = Service(settings, clock.path, listening)
        found.start()
        yield found
        found.kill()


@dataclass(frozen=True)
class Person:
    """Somebody who is invited, with the addresses of their links."""

    id: int
    address: str
    link: str


def invited(count: int, form: str = "") -> list[Person]:
    """So many people who are invited to a meeting; where they prepare when `form` is named."""
    meeting = make_meeting()
    if form:
        publish(meeting, form)
    guests: list[Registration] = [
        make_guest(meeting, f"Gast{number}", "Ek", f"Organisation {number}")
        for number in range(count)
    ]
    db.session.commit()
    return [Person(one.id, one.person.email, link_of(one)) for one in guests]


class Crowd:
    """People who each do one thing, a few at a time, and press again until it is done."""

    def __init__(
        self, url: str, people: Sequence[Person], act: Callable[[Browser, Person], None]
    ) -> None:
        self.url, self.act, self.refused = url, act, 0
        self.waiting, self.done = list(people), list[Person]()
        self.gave_up, self.changed = list[str](), threading.Condition()
        self.threads = [threading.Thread(target=self._act) for _ in range(PEOPLE_AT_ONCE)]

    def __enter__(self) -> Crowd:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for thread in self.threads:
            thread.join()
        assert not self.gave_up, self.gave_up

    def reached(self, done: int = 0, refused: int = 0) -> None:
        """Returns when so many are done, and so many presses came to nothing. Raises `TimeoutError`
        when nothing goes on any more.
        """
        with self.changed:
            while len(self.done) < done or self.refused < refused:
                now = len(self.done), self.refused
                if not self.changed.wait_for(
                    lambda now=now: now != (len(self.done), self.refused), STANDS_STILL
                ):
                    raise TimeoutError(f"{len(self.done)} are done, {self.refused} refused")

    def _act(self) -> None:
        while True:
            with self.changed:
                if not self.waiting:
                    return
                person = self.waiting.pop()
            said = self._until_done(person)
            with self.changed:
                (self.gave_up if said else self.done).append(said or person)  # type: ignore[arg-type]
                self.changed.notify_all()

    def _until_done(self, person: Person) -> str:
        """What they met last when they gave up, else nothing."""
        said, pause = "", threading.Event()
        for _ in range(PRESSES):
            try:
                with Browser(self.url) as browser:
                    self.act(browser, person)
            except GONE as met:
                said = repr(met)
                with self.changed:
                    self.refused += 1
                    self.changed.notify_all()
                pause.wait(PATIENCE)
            else:
                return ""
        return f"{person.address}: {said}"


def told() -> Counter[tuple[int, str]]:
    """How many mails of each kind everybody got, or will, since they were invited."""
    rows = sa.select(Message.registration_id, Message.kind).where(Message.kind != "invitation")
    return Counter((row[0], row[1]) for row in db.session.execute(rows))


def say_yes(browser: Browser, person: Person) -> None:
    """Registers; who did before, without hearing of it, sees that."""
    browser.open(browser.base_url + person.link)
    if "Ja, anmäl mig" in browser.text:
        browser.press("Ja, anmäl mig")
        browser.choose("Ja", within="Äter du lunch på mötet?")
        browser.press("Skicka anmälan")
    with contextlib.suppress(Unexpected):
        browser.see("Du är anmäld")
        return
    raise Unexpected(browser.text[:300])
