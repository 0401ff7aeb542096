"""People at a meeting that is open to all: one who has not confirmed, one whose organisation is
missing, one whom nobody knows, and one whom such a one has sent instead.
"""

from __future__ import annotations

import sqlalchemy as sa

from annualwheel import audit
from annualwheel.contacts import organisations
from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.mail import requests
from annualwheel.models import Meeting, Organisation, OrganisationRequest, Person, Registration
from annualwheel.participation import (
    open_registration,
    organisation_requests,
    replies,
    substitution,
)
from annualwheel.participation.open_registration import Applicant
from annualwheel.participation.replies import Reply
from annualwheel.participation.substitution import Substitute
from scenes.world import DAY, START, World


def make(world: World, meeting: Meeting) -> None:
    """Opens the meeting to all, and lets them come. Call it when the guests are there."""
    meeting.open_registration = True
    place = organisations.organisation_named("Hagfors kommun")
    assert place is not None  # noqa: S101 the year has it
    open_registration.apply(
        meeting,
        place,
        Applicant("Siv", "Provstrand", "siv.provstrand@kommun.example", "planerare"),
        "scene",
        START,
    )
    _answer()
    world.let_in(
        "unconfirmed",
        db.session.scalars(
            sa.select(Registration).where(Registration.state == "unconfirmed")
        ).one(),
    )
    _come(world, meeting, place)
    for given, organisation in (("Göte", "Hagfors framtidsråd"), ("Gun", "Hagfors kn")):
        organisation_requests.ask(
            meeting,
            organisation,
            Applicant(
                given,
                "Övningsdal",
                f"{given.lower()}@radet.example".replace("ö", "o"),
                "ordförande",
            ),
            "scene",
            START,
        )
    asked, answered = db.session.scalars(
        sa.select(OrganisationRequest).order_by(OrganisationRequest.id)
    ).all()
    organisation_requests.choose(answered, place, True, START, audit.SYSTEM)
    world.names |= {"missing": asked.public_id, "missing_answered": answered.public_id}
    world.sessions["brought"] = {
        **world.sessions["registered"],
        "colleagues": [
            ["Rut Provgren", "registered"],
            ["Ivar Övningslund", "waitlisted"],
            ["Erik Exempelsand", "already"],
            ["Anna Provberg", "said_no"],
            ["Eva Exempelnord", "gone"],
        ],
    }
    world.sessions["brought_nobody"] = {
        **world.sessions["registered"],
        "colleagues": [["Erik Exempelsand", "already"]],
    }
    world.moments |= {
        "closed_to_all": years.phase(meeting, "registration").closes_at + DAY,
        "direction_held": meeting.ends_at + DAY,
    }


def _come(world: World, meeting: Meeting, place: Organisation) -> None:
    """Tor has registered himself for an organisation, and so has Tyra, who has sent Ulla instead:
    nobody knows that they belong to it.
    """
    world.let_in("claiming", _registered(meeting, place, "Tor", "Provholm"))
    tyra = _registered(meeting, place, "Tyra", "Provbacke")
    ulla = substitution.substitute(
        tyra,
        Substitute("Ulla", "Provlid", "ulla.provlid@kommun.example"),
        START,
        audit.participant(tyra.person_id, "scene"),
    )
    world.names["brought_along"] = ulla.public_id


def _registered(meeting: Meeting, place: Organisation, given: str, family: str) -> Registration:
    """Somebody who has registered themselves."""
    address = f"{given.lower()}.{family.lower()}@kommun.example"
    who = Applicant(given, family, address, "planerare")
    open_registration.apply(meeting, place, who, "scene", START)
    _answer()
    made = _seat(address)
    open_registration.confirm(made, START)
    reply = Reply(given, family, address, "planerare", "", False)
    replies.register(made, reply, START, audit.participant(made.person_id, "scene"))
    return made


def _answer() -> None:
    """Answers what has been asked for, as the job would."""
    db.session.flush()
    for request_id in requests.take_put():
        request = requests.take(request_id)
        assert request is not None  # noqa: S101 it was asked just now
        open_registration.answer(request, START)


def _seat(address: str) -> Registration:
    return db.session.scalars(
        sa.select(Registration).join(Person).where(Person.email == address)
    ).one()
