"""Requests for organisations that a person did not find at an open registration.

A coordinator answers each request.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from annualwheel import audit, request_states
from annualwheel.audit import Actor
from annualwheel.contacts import activation, budgets, folding, organisations, people
from annualwheel.contacts.folding import fold
from annualwheel.db import db, public_id
from annualwheel.errors import Closed, Missing
from annualwheel.mail import outbox
from annualwheel.mail.outbox import Recipient
from annualwheel.models import Category, Meeting, Organisation, OrganisationRequest
from annualwheel.participation import open_registration
from annualwheel.participation.open_registration import Applicant
from annualwheel.registrations import availability, invitations, notices, seats
from annualwheel.registrations.states import allowed
from annualwheel.wording import dates, names
from annualwheel.wording.cleaning import one_line


def ask(meeting: Meeting, organisation: str, who: Applicant, client: str, now: dt.datetime) -> None:
    """Keeps the request for a coordinator and mails a receipt.

    The same request twice is kept once.

    Raises as `open_registration.apply`.
    """
    open_registration.require_open(meeting, now)
    address, organisation = folding.normal_address(who.email), one_line(organisation)
    seats.lock(meeting)
    budgets.ask(address, client, now)
    asked = {(fold(one.email), fold(one.organisation)) for one in waiting(meeting)}
    if (fold(address), fold(organisation)) not in asked:
        _keep(meeting, organisation, address, who, now)
    outbox.put(
        f"organisation_request:{public_id()}",
        "organisation_request",
        # No name: nobody has proved yet that the address belongs to the person who was typed.
        Recipient(address, "", who.language),
        _facts(meeting, who.language),
        {},
        now,
    )


def _keep(
    meeting: Meeting, organisation: str, address: str, who: Applicant, now: dt.datetime
) -> None:
    request = OrganisationRequest(
        meeting=meeting,
        organisation=organisation,
        given=one_line(who.given),
        family=one_line(who.family),
        email=address,
        title=one_line(who.title),
        language=who.language,
        asked_at=now,
    )
    db.session.add(request)
    db.session.flush()


def _facts(meeting: Meeting, language: str) -> dict[str, str]:
    return {
        "meeting": names.meeting(meeting.kind, language),
        "day": dates.day(meeting.starts_at, language),
        "short_day": dates.day_month(meeting.starts_at, language),
    }


def waiting(meeting: Meeting) -> Sequence[OrganisationRequest]:
    """The meeting's requests that nobody has answered, oldest first."""
    return db.session.scalars(
        sa.select(OrganisationRequest)
        .where(OrganisationRequest.meeting_id == meeting.id, OrganisationRequest.state == "asked")
        .order_by(OrganisationRequest.id)
    ).all()


def answered(meeting: Meeting) -> Sequence[OrganisationRequest]:
    """The meeting's requests that have been answered, newest answer first."""
    return db.session.scalars(
        sa.select(OrganisationRequest)
        .where(OrganisationRequest.meeting_id == meeting.id, OrganisationRequest.state != "asked")
        .order_by(OrganisationRequest.answered_at.desc(), OrganisationRequest.id)
    ).all()


def count(meeting: Meeting) -> int:
    """How many requests wait."""
    found = db.session.scalar(
        sa.select(sa.func.count(OrganisationRequest.id)).where(
            OrganisationRequest.meeting_id == meeting.id, OrganisationRequest.state == "asked"
        )
    )
    return found or 0


def by_public_id(public_id: str) -> OrganisationRequest:
    """The request with that public id. Raises `Missing`."""
    found = db.session.scalar(
        sa.select(OrganisationRequest)
        .where(OrganisationRequest.public_id == public_id)
        .options(joinedload(OrganisationRequest.meeting).joinedload(Meeting.year))
    )
    if found is None:
        raise Missing("no_organisation_request")
    return found


def choose(
    request: OrganisationRequest,
    organisation: Organisation,
    alias: bool,
    now: dt.datetime,
    actor: Actor,
) -> bool:
    """Answers that it is an organisation we have, and invites the person for it.

    With `alias` the organisation is found by the name that was typed from now on.

    False when somebody has answered already; then nothing is done. Raises `Closed` for a meeting
    that is cancelled or has begun.
    """
    if not _begin(request, now):
        return False
    if alias:
        organisations.add_alias(organisation, request.organisation)
    _invite(request, organisation, now, actor)
    return True


def create(
    request: OrganisationRequest,
    name: str,
    category: Category | None,
    now: dt.datetime,
    actor: Actor,
) -> bool:
    """Adds the organisation with its category of the year, and invites the person for it.

    As `choose`; raises `Refused` too when there is one with that name.
    """
    if not _begin(request, now):
        return False
    organisation = organisations.add_organisation(name)
    organisations.set_category(organisation, request.meeting.year, category)
    audit.note(actor, "organisation_added", organisation, now)
    _invite(request, organisation, now, actor)
    return True


def refuse(request: OrganisationRequest, text: str, now: dt.datetime, actor: Actor) -> bool:
    """Answers no, in the coordinator's words. False when somebody has answered already."""
    if not _lock(request):
        return False
    _close(request, "refuse", now, actor)
    known = {
        **_facts(request.meeting, request.language),
        "given": request.given,
        "organisation": request.organisation,
        "message": text,
    }
    name = f"{request.given} {request.family}"
    outbox.put(
        f"organisation_refused:{request.public_id}",
        "organisation_refused",
        Recipient(request.email, name, request.language),
        known,
        {},
        now,
    )
    return True


def _lock(request: OrganisationRequest) -> bool:
    """Waits for a colleague who is answering; False when the request has been answered."""
    seats.lock(request.meeting)
    # The lock reads the meeting again, but not the request.
    db.session.refresh(request, attribute_names=["state"])
    return request.state == "asked"


def _begin(request: OrganisationRequest, now: dt.datetime) -> bool:
    if not _lock(request):
        return False
    if request.meeting.state == "cancelled":
        raise Closed("meeting_cancelled")
    availability.require_before_start(request.meeting, now)
    return True


def _invite(
    request: OrganisationRequest, organisation: Organisation, now: dt.datetime, actor: Actor
) -> None:
    """Invites as usual; a person invited or registered meanwhile gets the link to that instead."""
    person = people.add_person(
        request.given,
        request.family,
        request.email,
        organisation,
        title=request.title,
        language=request.language,
        source="open:",
    )
    activation.let_in(person, now, actor)
    found = invitations.find(request.meeting, person)
    if found is None or allowed(found.state, "invite"):
        invitations.invite(request.meeting, person, organisation, now, title=request.title)
    else:
        notices.write("application_known", found, now, to=Recipient.of(person))
    _close(request, "grant", now, actor)


def _close(request: OrganisationRequest, action: str, now: dt.datetime, actor: Actor) -> None:
    request_states.answer(request, action, now, actor.id)
    audit.note(actor, f"organisation_{request.state}", request, now, request.meeting_id)
    db.session.flush()
