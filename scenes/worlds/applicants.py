"""People at a meeting that is open to all: one who has not confirmed, one whose organisation is
missing, one who has brought colleagues.
"""

from __future__ import annotations

import sqlalchemy as sa

from annualwheel import audit
from annualwheel.contacts import organisations
from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.models import Meeting, Organisation, OrganisationRequest, Person, Registration
from annualwheel.participation import colleagues, open_registration, organisation_requests, replies
from annualwheel.participation.colleagues import Colleague
from annualwheel.participation.open_registration import Applicant
from annualwheel.participation.replies import Reply
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
    """Tor has registered himself for an organisation, and has brought Ulla: nobody knows that they
    belong to it.
    """
    open_registration.apply(
        meeting,
        place,
        Applicant("Tor", "Provholm", "tor.provholm@kommun.example", "planerare"),
        "scene",
        START,
    )
    tor = _seat("tor.provholm@kommun.example")
    open_registration.confirm(tor, START)
    actor = audit.participant(tor.person_id)
    replies.register(
        tor,
        Reply("Tor", "Provholm", "tor.provholm@kommun.example", "planerare", "", False),
        START,
        actor,
    )
    colleagues.register_together(
        tor, [Colleague("Ulla", "Provlid", "ulla.provlid@kommun.example")], START, actor
    )
    world.let_in("claiming", tor)
    world.names["brought_along"] = _seat("ulla.provlid@kommun.example").public_id


def _seat(address: str) -> Registration:
    return db.session.scalars(
        sa.select(Registration).join(Person).where(Person.email == address)
    ).one()
