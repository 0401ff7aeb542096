"""Everything that goes otherwise: a full meeting, one that has moved, one that is cancelled."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from annualwheel import audit, machine_clocks
from annualwheel.clock import STOCKHOLM
from annualwheel.contacts import organisations
from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.meetings import changes, planning
from annualwheel.meetings.changes import Appointment
from annualwheel.meetings.planning import Terms
from annualwheel.models import AttendanceOption, Category, Meeting, Message, Registration
from annualwheel.participation import replies
from annualwheel.participation.attendance_terms import AttendanceTerms
from annualwheel.participation.replies import Reply
from annualwheel.registrations import joining
from annualwheel.registrations.joining import Joining
from scenes.world import DAY, START, World

DAYS = {
    "work": dt.date(2027, 1, 22),
    "direction": dt.date(2027, 3, 12),
    "conference": dt.date(2027, 9, 24),
}
OPEN = {
    "invitation": (-400, -310),
    "registration": (-309, -21),
    "change": (-309, -3),
    "preparation": (-20, -8),
    "followup": (6, 28),
}
PLACES = (
    ("Hagfors kommun", "kommun"),
    ("Karlstads universitet", "universitet"),
    ("Arvika kommun", "kommun"),
    ("Glava Energy Center", "kluster"),
)


ON_SITE = Joining(
    "",
    "Ingång från Exempelgatan, en trappa upp. Hissen finns till höger.\n"
    "Kaffe och smörgås från kl. 8.00. Parkera i garaget under torget, som kostar 20 kr i timmen.",
    "Enter from Exempelgatan, one floor up. The lift is on the right.",
)
PROGRAMME = (
    "8.00 Kaffe och smörgås\n8.30 Välkomna. Vad vi har fått in, och vad vi inte vet än\n"
    "9.15 Borden: skapa, bryta och behålla. Två pass om 50 minuter, med byte av bord emellan\n"
    "11.30 Det vi tar med oss till riktningsmötet\n12.00 Lunch för den som har anmält det"
)
ONLINE = Joining(
    "https://moten.example/l/meetup-join/19%3ameeting_ZmFrZQ%40thread/0?context=%7b%22Tid%22%7d",
    "Anslut från kl. 8.15, så hinner vi prova ljudet.\nRing 010-000 00 00 om det inte går.",
)


def make(world: World) -> None:
    """Registration is open at all three meetings, until what happens happens."""
    world.hire("coordinator", "Karin Exempel")
    world.hire("administrator", "Ada Exempel")
    plan = {kind: at(day) for kind, day in DAYS.items()}
    year = planning.create_year(2027, plan, START - 60 * DAY, audit.SYSTEM)
    kinds = {row.key: row for row in db.session.scalars(sa.select(Category))}
    for name, kind in PLACES:
        organisations.set_category(organisations.add_organisation(name), year, kinds.get(kind))
    work, direction, conference = year.meetings
    for meeting in (work, direction, conference):
        planning.set_phases(meeting, OPEN, START - 60 * DAY, audit.SYSTEM)
    _full(world, work)
    _moved(world, direction)
    _cancelled(world, conference)
    db.session.execute(sa.update(Message).values(state="sent", sent_at=Message.queued_at))
    world.moments |= {"held": work.ends_at + DAY}
    hagfors = organisations.organisation_named("Hagfors kommun")
    world.names |= {"hagfors": hagfors.public_id if hagfors else ""}


def at(day: dt.date) -> Appointment:
    """The usual hours of that day, at the usual venue."""
    starts, ends = (dt.datetime.combine(day, dt.time(hour, 30), STOCKHOLM) for hour in (8, 15))
    return Appointment(starts, ends, "Exempelsalen", "Exempelgatan 1, Karlstad")


def _yes(
    registration: Registration, lunch: bool | None = True, mode: str = "on_site"
) -> Registration:
    person = registration.person
    return replies.register(
        registration,
        Reply(person.given, person.family, person.email, registration.title, "", lunch, mode),
        START,
        audit.participant(person.id),
    )


def _full(world: World, meeting: Meeting) -> None:
    """Two seats for four people."""
    planning.set_terms(
        meeting,
        Terms(True, True, "RV 2026-0000", "", {"on_site": AttendanceTerms(2)}),
        START,
        audit.SYSTEM,
    )
    _yes(world.invite("seated", meeting, "Alva Provsson", "Karlstads universitet"))
    _yes(world.invite("seated_too", meeting, "Nils Påhittsson", "Arvika kommun"))
    _yes(world.invite("waiting", meeting, "Märta Testberg", "Hagfors kommun"))
    world.invite("late", meeting, "Örjan Ängprov", "Glava Energy Center")
    meeting.map_url = "https://www.example.org/karta"
    meeting.programme_sv = PROGRAMME
    # After the two have their seats: they have still to be told.
    joining.change(meeting, {"on_site": ON_SITE}, START, audit.SYSTEM)
    db.session.flush()


def _moved(world: World, meeting: Meeting) -> None:
    """Two ways to attend, and another day than the first."""
    db.session.add(AttendanceOption(meeting=meeting, mode="online"))
    db.session.flush()
    db.session.refresh(meeting)
    _yes(world.invite("moved", meeting, "Ida Mallander", "Hagfors kommun"), None)
    _yes(world.invite("moved_online", meeting, "Viggo Fiktivlund", "Arvika kommun"), None, "online")
    world.invite("asked", meeting, "Rut Övningsfors", "Karlstads universitet")
    new = at(dt.date(2027, 3, 19))
    mailing = changes.move(meeting, new, "lokalen är dubbelbokad", START, audit.SYSTEM)
    assert mailing is not None  # noqa: S101 there is somebody to tell
    world.names["moved_mailing"] = mailing.public_id
    joining.change(meeting, {"online": ONLINE, "on_site": ON_SITE}, START, audit.SYSTEM)
    online = world.invite("online", meeting, "Siri Provlund", "Glava Energy Center")
    _yes(online, None, "online")


def _cancelled(world: World, meeting: Meeting) -> None:
    """Somebody was coming, somebody had not answered."""
    _yes(world.invite("cancelled", meeting, "Tuva Demoström", "Hagfors kommun"))
    declining = world.invite("cancelled_no", meeting, "Bo Platshållare", "Arvika kommun")
    replies.decline(declining, "krock", START, audit.participant(declining.person_id))
    mailing = changes.cancel(meeting, "för få kunde komma", START, audit.SYSTEM)
    assert mailing is not None  # noqa: S101 there is somebody to tell
    world.names["cancelled_mailing"] = mailing.public_id
    machine_clocks.note("webb-2", dt.timedelta(minutes=7), START)
    assert not years.is_open(meeting, "registration", START)  # noqa: S101 a cancelled meeting is closed
