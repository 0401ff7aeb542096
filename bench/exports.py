"""A very long list taken out as an Excel file."""

from __future__ import annotations

import json
import subprocess

from annualwheel.db import db
from bench import filling, processes
from bench.places import Places, settled
from bench.table import Sample
from config import ROOT

PEOPLE = 45_000


def taking_out(places: Places, kind: str, rounds: int) -> dict[str, list[Sample]]:
    """Takes all people out in a new process each round, over the button of their list."""
    place = places.make(kind)
    with place.app():
        filling.plan()
        organisations = filling.organisations(500)
        # In pieces: a session keeps all that is new until it is committed.
        for first in range(0, PEOPLE, 5_000):
            filling.people(5_000, organisations, first)
            db.session.commit()
            db.session.expunge_all()
    settled(place)
    memory = []
    for _ in range(rounds):
        done = subprocess.run(
            processes.command("bench.export_process"),
            cwd=ROOT,
            env=place.environ,
            check=True,
            capture_output=True,
            text=True,
        )
        found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
        memory.append(Sample(found["peak"] - found["idle"]))
    return {"45,000 people to Excel, peak memory over idle": memory}
