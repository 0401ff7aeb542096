"""Registering while a pack is built and a list imported, and reading while the database is locked.

The one is held against registering beside two processes that take the same processor and leave the
database alone: the difference is what the two jobs do to the database.
"""

from __future__ import annotations

import contextlib
import sqlite3
import statistics
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any

from annualwheel.db import db
from annualwheel.questionnaires import published
from bench import filling, load, processes
from bench.load import Order, spread
from bench.packs import INITIATIVES, ORGANISATIONS
from bench.pages import yes
from bench.places import Place, Places, Served, settled
from bench.table import Sample
from bench.visitors import Browser, Registrant
from config import ROOT

# So many register each second, for so many seconds: less than the pack takes.
PACE, SECONDS = 8, 12
WRITERS, READS = 10, 40
REGISTRATIONS = PACE * SECONDS


def registering(places: Places, kind: str, rounds: int) -> dict[str, list[Sample]]:
    """The 95th percentile of the form and its answer, in turns beside the one and the other."""
    place = places.make(kind)
    with place.app() as app:
        year = filling.plan()
        filling.publish(year)
        filling.staff_link("facilitator")
        meeting = filling.meeting_of(year, "direction")
        people = filling.invited(meeting, REGISTRATIONS * (2 * rounds + 1))
        jobs = [yes(app, each) for each in people]
        db.session.commit()
        questionnaire = published.one(filling.meeting_of(year, "work"), "arbetsmote")
        filling.store_versions(questionnaire, ORGANISATIONS, INITIATIVES)
    settled(place)
    batches = iter(spread(jobs, 2 * rounds + 1))
    samples = []
    with place.web() as ours:
        _percentile(ours, next(batches))
        for _ in range(rounds):
            with (
                _running("bench.burning", place.environ),
                _running("bench.burning", place.environ),
            ):
                alone = _percentile(ours, next(batches))
            with (
                _running("bench.import_process", place.environ),
                _running("bench.pack_process", place.environ, "build"),
            ):
                samples.append(Sample(_percentile(ours, next(batches)), alone))
    return {"registering while a pack is built and a list imported, 95th percentile": samples}


def waiting(places: Places, kind: str, rounds: int) -> dict[str, list[Sample]]:
    """The slowest of some landing pages while somebody holds SQLite's lock and ten wait for it."""
    place = places.make(kind)
    with place.app() as app:
        year = filling.plan()
        filling.publish(year)
        people = filling.invited(filling.meeting_of(year, "direction"), WRITERS * rounds + 1)
        jobs = [yes(app, each) for each in people]
        db.session.commit()
    settled(place)
    samples = []
    with place.web() as ours:
        link = jobs.pop()["link"]
        for number in range(rounds):
            writers = jobs[WRITERS * number : WRITERS * (number + 1)]
            samples.append(Sample(_slowest(ours, place, link, writers)))
    return {"landing page while ten writers wait": samples}


def _slowest(ours: Served, place: Place, link: str, jobs: list[dict[str, Any]]) -> float:
    """Seconds of the slowest page that is opened while the lock is held."""
    writers = [(Registrant(ours.port), job) for job in jobs]
    for writer, job in writers:
        writer.prepare([job])
    reader, times = Browser(ours.port), []
    with contextlib.closing(sqlite3.connect(place.url.removeprefix("sqlite:///"))) as holder:
        holder.execute("begin immediate")
        threads = [threading.Thread(target=_tries, args=one) for one in writers]
        for thread in threads:
            thread.start()
        for _ in range(READS):
            began = time.monotonic()
            reader.get(link)
            times.append(time.monotonic() - began)
        holder.rollback()
        for thread in threads:
            thread.join()
    return max(times)


def _tries(writer: Registrant, job: dict[str, Any]) -> None:
    """Registers, or is told to try again."""
    with contextlib.suppress(RuntimeError):
        writer.act(job)


def _percentile(ours: Served, jobs: list[dict[str, Any]]) -> float:
    """The 95th percentile of the times of these registrations, in milliseconds."""
    done = load.play(Order(ours.port, "registrant", spread(jobs, PACE), 1.0), ours.roots)
    return statistics.quantiles(done.report.times, n=20)[-1] * 1000


@contextlib.contextmanager
def _running(module: str, environ: Mapping[str, str], *arguments: str) -> Iterator[None]:
    """Lets the module work for as long as the block lasts, from when it says that it has begun.

    Raises `RuntimeError` when it is done before the block is.
    """
    process = subprocess.Popen(
        processes.command(module, *arguments),
        cwd=ROOT,
        env=environ,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stdout is not None
            process.stdout.readline()
            yield
            if process.poll() is not None:
                raise RuntimeError(f"{module} was done before the load was")
        finally:
            process.terminate()
