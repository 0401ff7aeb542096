"""Who is reminded of what, and who hears about the results."""

from __future__ import annotations

import datetime as dt
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from annualwheel.clock import local, start_of_day
from annualwheel.contacts.states import WITH_US
from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.mail.states import TOLD_NOBODY
from annualwheel.meetings import results
from annualwheel.models import (
    Affiliation,
    Meeting,
    Member,
    Message,
    Organisation,
    Person,
    Questionnaire,
    Registration,
    Submission,
    YearOrganisation,
)
from annualwheel.models.drafts import Answer, AnswerHistory, Item
from annualwheel.questionnaires import opening
from annualwheel.registrations import audiences, joining
from annualwheel.registrations.audiences import Addressee
from annualwheel.registrations.states import AWAITED, COMING, INVITED, PREPARES

_HAS_PLACE = (
    sa.select(Affiliation.id)
    .where(
        Affiliation.person_id == Person.id,
        Affiliation.organisation_id == Organisation.id,
        Affiliation.active,
    )
    .exists()
)


def day_key(kind: str, public_id: str, now: dt.datetime) -> str:
    """The unique key of a reminder: one for each person and day in Stockholm, whoever sends it.

    So the database refuses a second one, also when two coordinators press at once.
    """
    return f"{kind}:{public_id}:{local(now).date().isoformat()}"


def to_remind(meeting: Meeting, now: dt.datetime) -> tuple[str, ...]:
    """The states of those who can be reminded to answer.

    They are the invited until registration closes, and those who must say yes to a new day as long
    as that is asked.
    """
    if now <= years.phase(meeting, "registration").closes_at:
        return AWAITED
    return ("to_reconfirm",)


def unanswered(meeting: Meeting, now: dt.datetime, group: str = "") -> list[Addressee]:
    """Those whose answer is awaited and who were not reminded today.

    With a `group` only those of them who are in it (see `audiences.GROUPS`). The key is the
    registration's public id.
    """
    states = set(to_remind(meeting, now))
    if group:
        states &= set(audiences.GROUPS[group])
    rows = db.session.execute(
        audiences.of_registrations(meeting)
        .where(Registration.state.in_(states))
        .join(Person, Person.id == Registration.person_id)
        .join(Organisation, Organisation.id == Registration.organisation_id)
        .where(
            WITH_US,
            Organisation.active,
            ~_today("reminder", Message.registration_id == Registration.id, now),
        )
        .with_only_columns(Registration.public_id, *_columns(), Registration.title)
        .order_by(Person.sort_name, Registration.id)
    )
    return [Addressee(*row) for row in rows]


def asked_at(meeting: Meeting) -> dict[str, dt.datetime]:
    """When each whose answer is awaited was last mailed for it, by the registration's public id."""
    found = db.session.execute(
        audiences.of_registrations(meeting, *AWAITED)
        .join(Message, Message.registration_id == Registration.id)
        .where(
            Message.person_id == Registration.person_id,
            Message.kind.in_(("invitation", "substitute_invitation", "reminder", "moved")),
            Message.state.not_in(TOLD_NOBODY),
        )
        .with_only_columns(Registration.public_id, sa.func.max(Message.waiting_since))
        .group_by(Registration.public_id)
    )
    return {row[0]: row[1] for row in found}


def reminded_at(questionnaire: Questionnaire) -> dict[str, dt.datetime]:
    """When each member was last mailed about an answer to it, by the membership's public id."""
    found = db.session.execute(
        sa.select(Member.public_id, sa.func.max(Message.waiting_since))
        .join(Submission, Submission.id == Member.submission_id)
        .join(Message, Message.person_id == Member.person_id)
        .where(
            Submission.questionnaire_id == questionnaire.id,
            Submission.submitted_at.is_(None),
            sa.or_(
                Message.key == sa.literal("preparation:") + Member.public_id,
                Message.key.startswith(
                    sa.literal("preparation_reminder:") + Member.public_id + sa.literal(":")
                ),
            ),
            Message.state.not_in(TOLD_NOBODY),
        )
        .group_by(Member.public_id)
    )
    return {row[0]: row[1] for row in found}


def to_join(meeting: Meeting) -> list[Addressee]:
    """Those who have a seat and have not been told how one joins (see `joining.untold`).

    The key is the registration's public id.
    """
    rows = db.session.execute(
        joining.untold(meeting)
        .join(Organisation, Organisation.id == Registration.organisation_id)
        .with_only_columns(Registration.public_id, *_columns(), Registration.title)
        .order_by(Person.sort_name, Registration.id)
    )
    return [Addressee(*row) for row in rows]


def to_prepare(meeting: Meeting, questionnaire: Questionnaire) -> list[Addressee]:
    """Those who are to answer the questionnaire and have not been told.

    They are everyone who comes (or took part, when it follows the meeting up). Where the
    organisation gives one answer, they must have an affiliation to it (see `membership.is_let_in`),
    and the lead of each organisation that somebody was invited for is among them. The key names the
    person and the organisation.
    """
    # Read by itself and taken away in Python: where its statistics are old, a database looks a
    # condition on each row up anew for every person.
    asked = (
        sa.select(Member.person_id, Submission.organisation_id)
        .join(Submission, Submission.id == Member.submission_id)
        .join(Message, Message.key == sa.literal("preparation:") + Member.public_id)
        .where(
            Submission.questionnaire_id == questionnaire.id,
            Message.state.not_in(TOLD_NOBODY),
        )
    )
    told = _found(asked)
    states = PREPARES if opening.prepares(questionnaire) else results.present(meeting)
    coming = (
        audiences.of_registrations(meeting, *states)
        .join(Person, Person.id == Registration.person_id)
        .join(Organisation, Organisation.id == Registration.organisation_id)
        .where(WITH_US, Organisation.active)
        .with_only_columns(*_columns())
    )
    # Where each person answers for themselves, an affiliation opens nothing, and a lead who stays
    # away has nothing to answer.
    if questionnaire.respondent == "organisation":
        found = _found(coming.where(_HAS_PLACE)) | _found(_leads(meeting))
    else:
        found = _found(coming)
    untold = [row for row in found if row[:2] not in told]
    return audiences.in_order(Addressee(f"{row[0]}.{row[1]}", *row) for row in untold)


def _leads(meeting: Meeting) -> sa.Select[Any]:
    """The leads of the organisations that somebody was invited for."""
    invited = audiences.of_registrations(meeting, *INVITED)
    return (
        sa.select(*_columns())
        .select_from(YearOrganisation)
        .join(Person, Person.id == YearOrganisation.lead_id)
        .join(Organisation, Organisation.id == YearOrganisation.organisation_id)
        .where(
            YearOrganisation.year_id == meeting.year_id,
            WITH_US,
            Organisation.active,
            Organisation.id.in_(invited.with_only_columns(Registration.organisation_id)),
        )
    )


def _found(query: sa.Executable) -> set[tuple[Any, ...]]:
    return {tuple(row) for row in db.session.execute(query)}


def not_submitted(questionnaire: Questionnaire, now: dt.datetime) -> list[Addressee]:
    """The people to remind of an answer to the questionnaire that is not submitted.

    They are the organisation's lead, or else all who may write the whole answer, without those who
    were reminded today. The key is the membership's public id. Only the state of the answer is
    read, never its text.
    """
    rows = db.session.execute(
        sa.select(Submission.id, Member.role, Member.public_id, *_columns())
        .select_from(Submission)
        .join(Member, Member.submission_id == Submission.id)
        .join(Person, Person.id == Member.person_id)
        .join(Organisation, Organisation.id == Submission.organisation_id)
        .where(
            Submission.questionnaire_id == questionnaire.id,
            Submission.submitted_at.is_(None),
            WITH_US,
            Organisation.active,
            # Somebody with a share cannot submit the answer, so reminding them would not help.
            Member.scope == "",
        )
        .order_by(Submission.id, Member.id)
    ).all()
    chosen = []
    for _, several in groupby(rows, key=lambda row: row[0]):
        members = list(several)
        chosen += [row for row in members if row.role == "lead"] or members
    reminded = _reminded(now)
    people = [Addressee(*row[2:]) for row in chosen]
    return audiences.in_order(
        one for one in people if day_key("preparation_reminder", one.key, now) not in reminded
    )


def took_part(meeting: Meeting) -> list[Addressee]:
    """The people to tell about the results, once each.

    They are those who were checked in or registered, and those who wrote in an answer and may still
    open it. The key says what they did and whose link they get: `present` or `registered` (the
    registration's), or `wrote` (the membership's).
    """
    chosen: dict[int, Addressee] = {}
    there = results.present(meeting)
    for state, public_id, *row in db.session.execute(_seats_untold(meeting)):
        part = "present" if state in there else "registered"
        chosen[row[0]] = Addressee(f"{part}.{public_id}", *row)
    for public_id, *row in db.session.execute(_writers_untold(meeting)):
        known = chosen.get(row[0])
        # Presence says most of what somebody did, and writing says more than registering.
        if known is None or known.key.startswith("registered"):
            chosen[row[0]] = Addressee(f"wrote.{public_id}", *row)
    return audiences.in_order(chosen.values())


def _seats_untold(meeting: Meeting) -> sa.Select[Any]:
    return (
        audiences.of_registrations(meeting, *COMING)
        .join(Person, Person.id == Registration.person_id)
        .join(Organisation, Organisation.id == Registration.organisation_id)
        .where(WITH_US, Organisation.active, ~_told_results(meeting))
        .with_only_columns(Registration.state, Registration.public_id, *_columns())
    )


def _writers_untold(meeting: Meeting) -> sa.Select[Any]:
    wrote = sa.or_(_wrote(Answer), _wrote(AnswerHistory))
    return (
        sa.select(Member.public_id, *_columns())
        .select_from(Member)
        .join(Submission, Submission.id == Member.submission_id)
        .join(Questionnaire, Questionnaire.id == Submission.questionnaire_id)
        .join(Person, Person.id == Member.person_id)
        .join(Organisation, Organisation.id == Submission.organisation_id)
        .where(Questionnaire.meeting_id == meeting.id, WITH_US, Organisation.active)
        .where(~_told_results(meeting), wrote)
        .order_by(Member.id)
    )


def _told_results(meeting: Meeting) -> sa.Exists:
    return (
        sa.select(Message.id)
        .where(
            Message.person_id == Person.id,
            Message.kind == "results",
            # A mail that has not left has told nobody.
            Message.state.not_in(TOLD_NOBODY),
            Message.key.startswith(f"results:{meeting.id}:"),
        )
        .exists()
    )


def _wrote(table: type[Answer] | type[AnswerHistory]) -> sa.Exists:
    # Correlated by hand: SQLAlchemy looks one query out only, and `Member` belongs to the next one.
    # Without it this asks for the items of every answer there is.
    mine = sa.select(Item.id).where(Item.submission_id == Member.submission_id).correlate(Member)
    return (
        sa.select(table.id)
        .where(table.item_id.in_(mine), table.author_id == Member.person_id)
        .exists()
    )


def results_key(meeting: Meeting, person: Person) -> str:
    """The unique key of the mail about the results: one for each person and publication.

    Results that are taken down and published again reach those whose mail was still waiting.
    """
    published = meeting.results_at.timestamp() if meeting.results_at else 0
    return f"results:{meeting.id}:{person.public_id}:{published}"


def _columns() -> tuple[Any, ...]:
    """The columns of an addressee, after its key."""
    return (
        Person.id,
        Organisation.id,
        Person.given,
        Person.family,
        Person.email,
        Person.language,
        Organisation.name,
    )


def _today(kind: str, about: sa.ColumnElement[bool], now: dt.datetime) -> sa.ColumnElement[bool]:
    midnight = start_of_day(local(now).date())
    return (
        sa.select(Message.id)
        .where(
            about,
            Message.kind == kind,
            # One that is sent again today was written before.
            Message.waiting_since >= midnight,
            Message.state.not_in(TOLD_NOBODY),
        )
        .exists()
    )


def _reminded(now: dt.datetime) -> set[str]:
    midnight = start_of_day(local(now).date())
    keys = sa.select(Message.key).where(
        Message.kind == "preparation_reminder",
        Message.queued_at >= midnight,
        Message.state.not_in(TOLD_NOBODY),
    )
    return set(db.session.scalars(keys))
