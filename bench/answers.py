"""Writing and submitting answers."""
from __future__ import annotations

import math
from contextlib import ExitStack
from typing import Any

import sqlalchemy as sa

from annualwheel.db import db
from annualwheel.models import Questionnaire
from bench import filling, load
from bench.load import CONNECTIONS, Order, spread
from bench.places import Place, Places, Served, settled, token
from bench.table import Sample

SAVES = 800
WRITERS, PACE, SECONDS = 30, 1.5, 60
STORED = (0, 500, 50_000)
SUBMISSIONS, WARM = 100, 16
PAGE, FIELD = "/forberedelse/strukturer/arbete", "skapa"


def saving(places: Places, kind: str, rounds: int) -> dict[str, list[Sample]]:
    """Eight people save one field again and again, each in the answer of their own organisation."""
    place, jobs = _writing(places, kind, CONNECTIONS)
    with place.web() as ours:
        load.play(Order(ours.port, "writer", [[job] * 10 for job in jobs]), ours.roots)
        order = Order(ours.port, "writer", [[job] * (SAVES // CONNECTIONS) for job in jobs])
        return {"saving one answer": [Sample(load.play(order, ours.roots).cpu_ms) for _ in range(rounds)]}


def writers(places: Places, kind: str, rounds: int) -> dict[str, list[Sample]]:
    """Thirty people write at the same time and the page saves for each of them every 1.5 s, for a minute. One round, of 1,200 saves."""
    place, jobs = _writing(places, kind, WRITERS)
    with place.web() as ours:
        load.play(Order(ours.port, "writer", [[job] * 3 for job in jobs]), ours.roots)
        done = load.play(Order(ours.port, "writer", [[job] * int(SECONDS / PACE) for job in jobs], PACE), ours.roots)
    times = sorted(done.report.times)
    return {"saving, 30 writers, 95th percentile": [Sample(times[math.ceil(len(times) * 0.95) - 1] * 1000)]}


def submitting(places: Places, kind: str, rounds: int) -> dict[str, list[Sample]]:
    """Ten questions answered and submitted, with few and many answers stored, in turns."""
    levels: list[tuple[list[dict[str, Any]], Served]] = []
    with ExitStack() as stack:
        for stored in STORED:
            place, jobs = _submitting(places, kind, stored, rounds)
            ours = stack.enter_context(place.web())
            load.play(Order(ours.port, "submitter", spread(jobs[SUBMISSIONS * rounds:])), ours.roots)
            levels.append((jobs, ours))
        found: dict[int, list[float]] = {stored: [] for stored in STORED}
        for number in range(rounds):
            for stored, (jobs, ours) in zip(STORED, levels, strict=True):
                order = Order(ours.port, "submitter", spread(jobs[SUBMISSIONS * number:SUBMISSIONS * (number + 1)]))
                found[stored].append(load.play(order, ours.roots).cpu_ms)
    beside = {stored: [Sample(*pair) for pair in zip(found[stored], found[0], strict=True)] for stored in STORED}
    return {"submitting 10 questions, 0 stored": [Sample(figure) for figure in found[0]],
            "submitting 10 questions, 500 stored": beside[500], "submitting 10 questions, 50,000 stored": beside[50_000],
            "submitting, 50,000 against 0": beside[50_000]}


def _writing(places: Places, kind: str, count: int) -> tuple[Place, list[dict[str, Any]]]:
    place = places.make(kind)
    with place.app() as app:
        filling.publish(filling.plan())
        members = filling.members(_questionnaire("arbetsmote"), count, 0)
        jobs = [{"link": f"/f/{token(app, 'member', each.public_id)}", "page": PAGE, "field": FIELD} for each in members]
        db.session.commit()
    settled(place)
    return place, jobs


def _submitting(places: Places, kind: str, stored: int, rounds: int) -> tuple[Place, list[dict[str, Any]]]:
    place = places.make(kind)
    with place.app() as app:
        filling.publish(filling.plan(), [filling.ten_questions()])
        filling.store_answers(_questionnaire("tio"), stored)
        members = filling.members(_questionnaire("tio"), SUBMISSIONS * rounds + WARM, 0)
        jobs = [{"link": f"/f/{token(app, 'member', each.public_id)}", "page": "/forberedelse/fragor",
                 "fields": filling.ten_answers(number), "organisation": each.submission.organisation.name}
                for number, each in enumerate(members)]
        db.session.commit()
    settled(place)
    return place, jobs


def _questionnaire(key: str) -> Questionnaire:
    return db.session.scalars(sa.select(Questionnaire).where(Questionnaire.key == key)).one()
