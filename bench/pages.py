"""The landing page and the registration."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Flask

from annualwheel.db import db
from annualwheel.models import Message, Registration
from bench import filling, load
from bench.load import Order, spread
from bench.places import Place, Places, hello, settled, token
from bench.table import Sample

PAGES, WARM = 800, 80
PERSONS = 500


def landing(places: Places, kind: str, rounds: int) -> dict[str, list[Sample]]:
    """Opens landing pages of different people, and the page that says hello, in turns."""
    place = places.make(kind)
    with place.app() as app:
        year = filling.plan()
        filling.publish(year)
        registrations = filling.invited(filling.meeting_of(year, "direction"), PERSONS)
        jobs = [
            {"path": f"/i/{token(app, 'registration', each.public_id)}", "holds": each.person.given}
            for each in registrations
        ]
        db.session.commit()
    settled(place)
    jobs *= 2
    samples = []
    with place.web() as ours, hello(place) as theirs:
        load.play(Order(ours.port, "reader", spread(jobs[:WARM])), ours.roots)
        for _ in range(rounds):
            reference = load.play(Order(theirs.port, "hello", spread([{}] * PAGES)), theirs.roots)
            pages = load.play(Order(ours.port, "reader", spread(jobs[:PAGES])), ours.roots)
            samples.append(Sample(pages.cpu_ms, reference.cpu_ms))
    return {"landing page": samples}


def registration(places: Places, kind: str, rounds: int) -> dict[str, list[Sample]]:
    """500 people a round say yes, from the link in their mail to the page that confirms it.

    Then their rows and mails are counted.
    """
    place = places.make(kind)
    with place.app() as app:
        year = filling.plan()
        filling.publish(year)
        meeting = filling.meeting_of(year, "direction")
        registrations = filling.invited(meeting, PERSONS * rounds + WARM)
        jobs = [yes(app, each) for each in registrations]
        db.session.commit()
    settled(place)
    samples, wrong = [], []
    with place.web() as ours:
        load.play(Order(ours.port, "registrant", spread(jobs[PERSONS * rounds :])), ours.roots)
        for number in range(rounds):
            round_of = jobs[PERSONS * number : PERSONS * (number + 1)]
            done = load.play(Order(ours.port, "registrant", spread(round_of)), ours.roots)
            samples.append(Sample(done.cpu_ms))
            wrong.append(Sample(_lost_or_double(place, PERSONS * (number + 1) + WARM)))
    return {"registration": samples, "registrations or mails lost or double": wrong}


def yes(app: Flask, invited: Registration) -> dict[str, Any]:
    """What somebody who is invited opens and fills in."""
    person = invited.person
    fields = {
        "given": person.given,
        "family": person.family,
        "email": person.email,
        "title": invited.title,
        "mobile": "",
        "copy_to": "",
    }
    return {"link": f"/i/{token(app, 'registration', invited.public_id)}", "fields": fields}


def _lost_or_double(place: Place, expected: int) -> int:
    """By how many the registrations, confirmations and calendar mails differ from one for each."""
    registered = sa.select(sa.func.count()).where(Registration.state == "registered")
    people = sa.func.count(Message.registration_id.distinct())
    with place.app():
        coming = db.session.scalar(registered) or 0
        mails = db.session.execute(
            sa.select(Message.kind, sa.func.count(), people)
            .where(Message.state == "queued")
            .group_by(Message.kind)
        ).all()
    found = {kind: (all_of, distinct) for kind, all_of, distinct in mails}
    wrong = abs(coming - expected)
    for kind in ("confirmation", "calendar_request"):
        all_of, distinct = found.pop(kind, (0, 0))
        wrong += abs(all_of - expected) + abs(distinct - expected)
    return wrong + sum(all_of for all_of, _ in found.values())
