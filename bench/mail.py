"""Two thousand invitations through the worker, beside a bare loop that sends the same bytes."""

from __future__ import annotations

import contextlib
import json
import pickle
import subprocess
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask

from annualwheel.clock import SystemClock
from annualwheel.db import db
from annualwheel.jobs import queue
from annualwheel.mail import delivery
from annualwheel.models import Mailing, Message
from annualwheel.registrations import invitations
from annualwheel.services import enqueue, services
from bench import filling, processes
from bench.places import Place, Places, settled
from bench.table import Sample
from config import ROOT, Settings

MAILS = 2000
# One connection to a slow server has the same rate however long it sends.
LOOPED_SLOWLY = 400
DELAY = 0.020
PATIENCE = 60.0


class Server:
    """An SMTP server in a process of its own; see bench.mail_server."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process, self.port = process, port

    def ask(self, question: str) -> dict[str, Any]:
        """`reset` or `count`.

        How many mails, how many different ones, when the first and the last came (monotonic
        seconds).
        """
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(question + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer

    def wait(self, count: int) -> float:
        """Waits for that many mails.

        Returns how many a second there were from the first to the last.
        """
        until = time.monotonic() + PATIENCE
        while (seen := self.ask("count"))["count"] < count:
            if time.monotonic() > until:
                raise RuntimeError(f"only {seen['count']} mails of {count} came")
            time.sleep(0.05)
        if seen["different"] != count:
            raise RuntimeError(f"{seen['count']} mails, but {seen['different']} different ones")
        return float((count - 1) / (seen["last"] - seen["first"]))


def sending(places: Places, kind: str, rounds: int) -> dict[str, list[Sample]]:
    """In turns: the worker against a fast and a slow server, and the bare loop against both."""
    place = places.make(kind)
    with smtp_server(0) as fast, smtp_server(DELAY) as slow:
        with place.app() as app:
            _invite()
            mails = _same_bytes(app, place.folder / "mails")
        settled(place)
        found: dict[str, list[Sample]] = {
            "2,000 invitations, server takes 20 ms": [],
            "2,000 invitations, no delay": [],
            "one invitation, no delay": [],
        }
        for _ in range(rounds):
            alone = _loop(fast, mails, MAILS)
            rate, cpu = _worker(place, fast)
            found["2,000 invitations, no delay"].append(Sample(rate, alone))
            found["one invitation, no delay"].append(Sample(cpu * 1000 / MAILS))
            alone = _loop(slow, mails, LOOPED_SLOWLY)
            rate, _cpu = _worker(place, slow)
            found["2,000 invitations, server takes 20 ms"].append(Sample(rate, alone))
    return found


def _invite() -> None:
    """The invitations of one mailing, as the job that writes it leaves them."""
    now, meeting = SystemClock().now(), filling.meeting_of(filling.plan(), "direction")
    mailing = Mailing(
        meeting=meeting,
        kind="invitation",
        audience={},
        state="sending",
        expected=MAILS,
        confirm_key="bench",
        created_at=now,
    )
    db.session.add(mailing)
    for person in filling.people(MAILS, filling.organisations(MAILS // 4)):
        organisation = person.affiliations[0].organisation
        invitations.invite(meeting, person, organisation, now, mailing, "strateg")
    db.session.commit()


def _same_bytes(app: Flask, path: Path) -> Path:
    """Writes the mails as they go over the wire, for the loop."""
    found = services()
    messages = db.session.scalars(sa.select(Message).order_by(Message.id)).all()
    wire = []
    for message in messages:
        now = SystemClock().now()
        each = delivery.envelope(message, found.letterhead, found.link_signer, now)
        wire.append((each.sender, each.recipient, each.content))
    path.write_bytes(pickle.dumps(wire))
    return path


def _worker(place: Place, server: Server) -> tuple[float, float]:
    """Empties the outbox by the separate worker: mails a second, and processor seconds in all."""
    place.changes["MAIL_PORT"] = str(server.port)
    with place.app(), worker(place) as pid:
        filling.queue_again(db.session.scalars(sa.select(Message.id)).all())
        await_worker()
        server.ask("reset")
        roots = [pid, place.server] if place.server else [pid]
        before = processes.cpu_seconds(roots)
        queue.start_drains()
        rate = server.wait(MAILS)
        _await_sent()
        return rate, processes.cpu_seconds(roots) - before


def worker(place: Place) -> AbstractContextManager[int]:
    """The separate worker, without the work of each minute; gives its pid."""
    connections = Settings.from_env(place.environ).mail_connections
    command = ("huey.bin.huey_consumer", "wsgi.huey", "-w", str(connections), "-m", "1", "-n")
    return processes.running(command, place.environ, place.log)


def await_worker() -> None:
    """Until the worker has taken a job that does nothing, so that its start is not measured."""
    enqueue("send", [])
    until = time.monotonic() + PATIENCE
    while services().queue.pending_count() and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(0.5)


def _await_sent() -> None:
    until = time.monotonic() + PATIENCE
    unsent = sa.select(sa.func.count()).select_from(Message).where(Message.state != "sent")
    while time.monotonic() < until:
        left = db.session.scalar(unsent)
        db.session.rollback()
        if not left:
            return
        time.sleep(0.1)
    raise RuntimeError(f"{left} mails are not marked as sent")


def _loop(server: Server, mails: Path, count: int) -> float:
    """A bare smtplib loop over one connection, in a process of its own: mails a second."""
    server.ask("reset")
    command = processes.command("bench.mail_loop", server.port, mails, count)
    subprocess.run(command, cwd=ROOT, check=True)
    return server.wait(count)


@contextlib.contextmanager
def smtp_server(delay: float) -> Iterator[Server]:
    """An SMTP server that takes so many seconds for every mail."""
    port = processes.free_port()
    process = subprocess.Popen(
        processes.command("bench.mail_server", port, delay),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        server = Server(process, port)
        server.ask("reset")
        yield server
    finally:
        process.terminate()
        process.wait()
