"""A person's own details (GDPR art. 15 to 17).

People ask for them by mail, correct them themselves, and ask to be erased.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from annualwheel import audit, limits
from annualwheel.access.links import LIVES, Target
from annualwheel.contacts import budgets
from annualwheel.contacts.folding import fold
from annualwheel.contacts.states import NOT_MERGED
from annualwheel.db import db, public_id
from annualwheel.errors import Missing
from annualwheel.mail import outbox, requests
from annualwheel.mail.outbox import Recipient
from annualwheel.models import (
    Affiliation,
    DeletionRequest,
    MailRequest,
    Meeting,
    Person,
    Registration,
)
from annualwheel.participation import address_change, others_mail
from annualwheel.wording.cleaning import one_line

HOUR = dt.timedelta(hours=1)
ASKED_AN_HOUR = 5
# As long as the link lives, counted from the pressed button: a page left open on a screen closes by
# itself.
SESSION = LIVES["own_data"]


@dataclass(frozen=True)
class Correction:
    """What a person writes about themselves. `titles` by the organisation's public id."""

    given: str
    family: str
    email: str
    mobile: str
    language: str
    titles: Mapping[str, str] = field(default_factory=dict)


CORRECTED = ("given", "family", "email", "mobile", "language")


def ask(address: str, client: str, now: dt.datetime, own: str = "") -> None:
    """Asks for the links of everyone who has the address, which a job mails (`answer`).

    `own` is the address of the one who asks, where that is known: mail to it is caused by nobody
    else. Raises `TooMany`, as `budgets.ask`; for one's own address after five in an hour.
    """
    # Nothing is looked up here: neither the answer nor the time it takes tells who is on file.
    if own and fold(address) == fold(own):
        limits.count("own_data", fold(address), now, ASKED_AN_HOUR, HOUR)
    else:
        budgets.ask(address, client, now)
    requests.put("own_data", address, now)


def answer(request: MailRequest, now: dt.datetime) -> None:
    """Mails the links of everyone who has the address, in one mail, if anyone has it."""
    people = db.session.scalars(
        sa.select(Person)
        .where(Person.email_folded == fold(request.address), NOT_MERGED)
        .order_by(Person.id)
    ).all()
    if not people:
        return
    first = people[0]
    only = first.id if len(people) == 1 else None
    to = Recipient(first.email, "", first.language, only)
    facts = {
        "people": [{"name": person.name} for person in people],
        "minutes": int(LIVES["own_data"].total_seconds() // 60),
    }
    links = {f"landing_{number}": target(person) for number, person in enumerate(people, 1)}
    outbox.put(f"own_data:{public_id()}", "own_data", to, facts, links, now)


def target(person: Person) -> Target:
    """What the link to a person's own details points at."""
    return Target("own_data", person.public_id, person.link_version)


def by_target(asked: Target | None) -> Person:
    """The person a link or a session opens, with organisations.

    Raises `Missing` for a dead or unknown one.
    """
    if asked is None:
        raise Missing("link_unknown")
    person = db.session.scalar(
        sa.select(Person)
        .where(Person.public_id == asked.public_id)
        .options(selectinload(Person.affiliations).joinedload(Affiliation.organisation))
    )
    if person is None or asked.version != person.link_version:
        raise Missing("link_unknown")
    return person


def session_of(person: Person, opened_at: int) -> list[object]:
    """What a session keeps that was opened in that second (Unix time).

    It is the person's public id, the version of their link, the second, and how often somebody had
    signed out until then.
    """
    return [person.public_id, person.link_version, opened_at, person.sign_outs]


def by_session(known: list[object] | None, now: dt.datetime) -> Person:
    """The person whose session it is, as `session_of` wrote it.

    Raises `Missing` after `SESSION`, and once somebody has signed out since.
    """
    if not known:
        raise Missing("link_unknown")
    age = now.timestamp() - int(str(known[2]))
    if not 0 <= age < SESSION.total_seconds():
        raise Missing("link_unknown")
    [(asked, sign_outs)] = opened(known)
    person = by_target(asked)
    if person.sign_outs != sign_outs:
        raise Missing("link_unknown")
    return person


def opened(known: list[object] | None) -> list[tuple[Target, int]]:
    """The link that opened a session, with how often somebody had signed out; none without one."""
    if not known:
        return []
    # A session from before sign-outs were counted has none.
    sign_outs = int(str(known[3])) if len(known) > 3 else 0
    return [(Target("own_data", str(known[0]), int(str(known[1]))), sign_outs)]


def closes_at(known: list[object]) -> dt.datetime:
    """When a session ends by itself."""
    return dt.datetime.fromtimestamp(int(str(known[2])), dt.UTC) + SESSION


def correct(person: Person, new: Correction, now: dt.datetime, client: str = "") -> None:
    """Writes what the person corrects.

    With a new address it tells the old one and renews every link (`address_change.rename`). It
    writes a new title to the registrations at meetings to come that had the old one. Raises
    `Refused` for a name and address that someone else has, `Unreadable` for a bad address, and
    `TooMany`. `client` is the network address of the one who corrects.
    """
    actor = audit.participant(person.id)
    before = {name: getattr(person, name) for name in CORRECTED}
    # First, since it may need the locks of all the person's meetings.
    if others_mail.is_new(person, new.email):
        address_change.lock(person)
        others_mail.count_move(person, None, new.email, now, client)
    address_change.rename(person, new.given, new.family, new.email, now, actor)
    person.mobile, person.language = one_line(new.mobile), new.language
    changed = [name for name, old in before.items() if getattr(person, name) != old]
    for affiliation in person.affiliations:
        title = one_line(new.titles.get(affiliation.organisation.public_id, affiliation.title))
        if affiliation.active and title != affiliation.title:
            _retitle(affiliation, title, now)
            changed.append("title")
    if changed:
        audit.note(actor, "own_data_corrected", person, now, fields=changed)
    db.session.flush()


def ask_for_deletion(person: Person, reason: str, now: dt.datetime) -> DeletionRequest:
    """Notes that the person wants to be erased and mails that we have heard it.

    One request is open at a time: a second press gives the first one back.
    """
    # The lock of the person's row: of two presses at once the second finds the first one's request.
    db.session.execute(sa.select(Person.id).where(Person.id == person.id).with_for_update())
    found = open_request(person)
    if found is not None:
        return found
    request = DeletionRequest(person=person, asked_at=now, reason=reason)
    db.session.add(request)
    db.session.flush()
    key, to = f"deletion_asked:{request.public_id}", Recipient.of(person)
    if budgets.may_tell(person, now):
        outbox.put(key, "deletion_asked", to, {"given": person.given}, {}, now)
    audit.note(audit.participant(person.id), "deletion_asked", request, now)
    return request


def open_request(person: Person) -> DeletionRequest | None:
    """The person's request that nobody has answered yet."""
    return db.session.scalar(
        sa.select(DeletionRequest)
        .where(DeletionRequest.person_id == person.id, DeletionRequest.state == "asked")
        .limit(1)
    )


def registration_of(person: Person, wanted: str) -> Registration:
    """One of the person's own registrations, by public id. Raises `Missing`."""
    found = db.session.scalar(
        sa.select(Registration)
        .where(Registration.public_id == wanted, Registration.person_id == person.id)
        .options(joinedload(Registration.meeting))
    )
    if found is None:
        raise Missing("no_registration")
    return found


def _retitle(affiliation: Affiliation, title: str, now: dt.datetime) -> None:
    registrations = (
        sa.select(Registration)
        .join(Registration.meeting)
        .where(
            Registration.person_id == affiliation.person_id,
            Registration.organisation_id == affiliation.organisation_id,
            # A title that was typed for one meeting alone is left.
            Registration.title.in_((affiliation.title, "")),
            Meeting.starts_at > now,
        )
    )
    for registration in db.session.scalars(registrations):
        registration.title = title
    affiliation.title = title
