"""A meeting that offers its seats: somebody holds an offer, somebody let one run out, somebody
waits while a seat is free.
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from annualwheel import audit
from annualwheel.clock import STOCKHOLM
from annualwheel.contacts import organisations
from annualwheel.db import db
from annualwheel.meetings import planning
from annualwheel.meetings.changes import Appointment
from annualwheel.meetings.planning import Terms
from annualwheel.models import Category, Message, Registration
from annualwheel.participation import offers, replies
from annualwheel.participation.attendance_terms import AttendanceTerms
from annualwheel.participation.replies import Reply
from scenes.world import DAY, START, World

PLACES = (
    ("Hagfors kommun", "kommun"),
    ("Karlstads universitet", "universitet"),
    ("Arvika kommun", "kommun"),
    ("Glava Energy Center", "kluster"),
    ("Sunne kommun", "kommun"),
)
OPEN = {
    "invitation": (-400, -310),
    "registration": (-309, -21),
    "change": (-309, -3),
    "preparation": (-20, -8),
    "followup": (6, 28),
}
HOUR = dt.timedelta(hours=1)
PEOPLE = (
    ("seated", "Alva Provsson", "Karlstads universitet"),
    ("gone", "Nils Påhittsson", "Arvika kommun"),
    ("lapsed", "Bo Platshållare", "Sunne kommun"),
    ("offered", "Märta Testberg", "Hagfors kommun"),
    ("blocked", "Ida Mallander", "Karlstads universitet"),
    ("queued", "Viggo Fiktivlund", "Glava Energy Center"),
    ("gone_online", "Tuva Demoström", "Arvika kommun"),
    ("alone", "Rut Övningsfors", "Hagfors kommun"),
)


def make(world: World) -> None:
    """Two seats on site and one online, one for each organisation, and two days of comings and
    goings.
    """
    karin = world.hire("coordinator", "Karin Exempel")
    year = planning.create_year(
        2027,
        {
            "work": Appointment(
                dt.datetime(2027, 1, 22, 8, 30, tzinfo=STOCKHOLM),
                dt.datetime(2027, 1, 22, 15, 30, tzinfo=STOCKHOLM),
                "Exempelsalen",
                "Exempelgatan 1, Karlstad",
            )
        },
        START - 60 * DAY,
        audit.SYSTEM,
    )
    kinds = {row.key: row for row in db.session.scalars(sa.select(Category))}
    for name, kind in PLACES:
        organisations.set_category(organisations.add_organisation(name), year, kinds.get(kind))
    [meeting] = year.meetings
    planning.set_phases(meeting, OPEN, START - 60 * DAY, audit.SYSTEM)
    ways = {
        "on_site": AttendanceTerms(2, 1, "offer", 24),
        "online": AttendanceTerms(1, 1, "offer", 24),
    }
    planning.set_terms(
        meeting, Terms(False, True, "RV 2026-0000", "", ways), START - 50 * DAY, audit.SYSTEM
    )
    people = {
        who: world.invite(who, meeting, name, organisation, START - 3 * DAY)
        for who, name, organisation in PEOPLE
    }
    for minutes, (who, registration) in enumerate(people.items()):
        _yes(
            registration,
            "online" if who in ("gone_online", "alone") else "on_site",
            START - 2 * DAY + minutes * HOUR / 60,
        )
    _leave(people["gone"], START - DAY)
    offers.lapse_due(meeting, START)
    _leave(people["gone_online"], START - HOUR)
    offers.stay(people["alone"], START, audit.participant(people["alone"].person_id))
    offers.give(
        people["queued"], "Ska hålla i ett av borden.", START, audit.staff(karin.id), over=True
    )
    world.invite("queued", meeting, "Örjan Ängprov", "Arvika kommun", START - DAY)
    late = db.session.scalars(
        sa.select(Registration).where(Registration.public_id == world.names["queued"])
    ).one()
    _yes(late, "on_site", START)
    db.session.flush()
    db.session.execute(sa.update(Message).values(state="sent", sent_at=Message.queued_at))
    world.moments |= {"ended": START + DAY + HOUR}


def _yes(registration: Registration, mode: str, now: dt.datetime) -> None:
    person = registration.person
    replies.register(
        registration,
        Reply(
            person.given,
            person.family,
            person.email,
            registration.title,
            "",
            True if mode == "on_site" else None,
            mode,
        ),
        now,
        audit.participant(person.id),
    )


def _leave(registration: Registration, now: dt.datetime) -> None:
    replies.withdraw(registration, now, audit.participant(registration.person_id))
