"""Writing and submitting answers."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

import sqlalchemy as sa

from annualwheel.db import db
from annualwheel.models import Questionnaire
from annualwheel.models.drafts import Answer, AnswerHistory
from annualwheel.preparation.answers import base_of
from bench import filling, load
from bench.load import CONNECTIONS, Order, spread
from bench.places import Place, Places, Served, settled, token
from bench.table import Sample

SAVES = 800
WRITERS, COLLEAGUES, PACE, SECONDS = 30, 3, 1.5, 60
STORED = (0, 500, 50_000)
SUBMISSIONS, WARM = 100, 16
PAGE, FIELD = "/forberedelse/strukturer/arbete", "skapa"
FIELDS, SHARED = ("skapa", "bryta", "behalla"), "hinder"


def saving(places: Places, kind: str, rounds: int) -> dict[str, list[Sample]]:
    """Eight people save one field again and again, each in the answer of their own organisation."""
    place, jobs = _writing(places, kind, CONNECTIONS)
    with place.web() as ours:
        load.play(Order(ours.port, "writer", [[job] * 10 for job in jobs]), ours.roots)
        order = Order(ours.port, "writer", [[job] * (SAVES // CONNECTIONS) for job in jobs])
        samples = [Sample(load.play(order, ours.roots).cpu_ms) for _ in range(rounds)]
    return {"saving one answer": samples}


def writers(places: Places, kind: str, rounds: int) -> dict[str, list[Sample]]:
    """Thirty colleagues of ten organisations write at the same time, three in each answer.

    The page saves for each of them every 1.5 s, for a minute. One round, of 1,200 saves. Every
    fourth is in a field that a colleague writes in too.
    """
    place, jobs = _writing(places, kind, WRITERS, COLLEAGUES)
    turns = [_turns(job, number) for number, job in enumerate(jobs)]
    with place.web() as ours:
        load.play(Order(ours.port, "colleague", [lane[:4] for lane in turns]), ours.roots)
        done = load.play(Order(ours.port, "colleague", turns, PACE), ours.roots)
    times = sorted(done.report.times)
    percentile = times[math.ceil(len(times) * 0.95) - 1]
    with place.app():
        rows = db.session.execute(sa.select(Answer.value, Answer.version))
        standing = {row.value: row.version for row in rows}
        history = set(db.session.scalars(sa.select(AnswerHistory.value)))
        lost = unaccounted(done.report.notes, standing, history)
    return {
        "saving, 30 writers, 95th percentile": [Sample(percentile * 1000)],
        "saves lost without a word to their author": [Sample(lost)],
    }


def _turns(job: dict[str, Any], number: int) -> list[dict[str, Any]]:
    """All that one of the writers does."""
    own = FIELDS[number % COLLEAGUES]
    fields = (own if turn % 4 else SHARED for turn in range(int(SECONDS / PACE)))
    return [{**job, "name": number, "field": field} for field in fields]


def unaccounted(
    notes: Sequence[Mapping[str, Any]], standing: Mapping[str, int], history: Collection[str]
) -> int:
    """How many saves are lost.

    One that was acknowledged has made a version of its own, and the latest of a field is `standing`
    with its version; one that was not was told so to its author, and its text is in the `history`.
    """
    kept: dict[tuple[str, str], dict[int, str]] = {}
    lost = 0
    for note in notes:
        if not note["kept"]:
            lost += note["value"] not in history
            continue
        version = base_of(note["stamp"])
        versions = kept.setdefault((note["place"], note["field"]), {})
        lost += version in versions
        versions[version] = note["value"]
    for versions in kept.values():
        latest = max(versions)
        lost += standing.get(versions[latest]) != latest
    return lost


def submitting(places: Places, kind: str, rounds: int) -> dict[str, list[Sample]]:
    """Ten questions answered and submitted, with few and many answers stored, in turns."""
    levels: list[tuple[list[dict[str, Any]], Served]] = []
    with ExitStack() as stack:
        for stored in STORED:
            place, jobs = answering(places, kind, stored, SUBMISSIONS * rounds + WARM)
            ours = stack.enter_context(place.web())
            warming = Order(ours.port, "submitter", spread(jobs[SUBMISSIONS * rounds :]))
            load.play(warming, ours.roots)
            levels.append((jobs, ours))
        found: dict[int, list[float]] = {stored: [] for stored in STORED}
        for number in range(rounds):
            for stored, (jobs, ours) in zip(STORED, levels, strict=True):
                round_of = jobs[SUBMISSIONS * number : SUBMISSIONS * (number + 1)]
                order = Order(ours.port, "submitter", spread(round_of))
                found[stored].append(load.play(order, ours.roots).cpu_ms)
    beside = {
        stored: [Sample(*pair) for pair in zip(found[stored], found[0], strict=True)]
        for stored in STORED
    }
    return {
        "submitting 10 questions, 0 stored": [Sample(figure) for figure in found[0]],
        "submitting 10 questions, 500 stored": beside[500],
        "submitting 10 questions, 50,000 stored": beside[50_000],
        "submitting, 50,000 against 0": beside[50_000],
    }


def _writing(
    places: Places, kind: str, count: int, together: int = 1
) -> tuple[Place, list[dict[str, Any]]]:
    place = places.make(kind)
    with place.app() as app:
        filling.publish(filling.plan())
        members = filling.members(_questionnaire("arbetsmote"), count, together)
        jobs = [
            {"link": f"/f/{token(app, 'member', each.public_id)}", "page": PAGE, "field": FIELD}
            for each in members
        ]
        db.session.commit()
    settled(place)
    return place, jobs


def answering(
    places: Places, kind: str, stored: int, count: int
) -> tuple[Place, list[dict[str, Any]]]:
    """A place with so many stored answers, and that many people who answer ten questions."""
    place = places.make(kind)
    with place.app() as app:
        filling.publish(filling.plan(), [filling.ten_questions()])
        filling.store_answers(_questionnaire("tio"), stored)
        members = filling.members(_questionnaire("tio"), count)
        jobs = [
            {
                "link": f"/f/{token(app, 'member', each.public_id)}",
                "page": "/forberedelse/fragor",
                "fields": filling.ten_answers(number),
                "organisation": each.submission.organisation.name,
            }
            for number, each in enumerate(members)
        ]
        db.session.commit()
    settled(place)
    return place, jobs


def _questionnaire(key: str) -> Questionnaire:
    return db.session.scalars(sa.select(Questionnaire).where(Questionnaire.key == key)).one()
