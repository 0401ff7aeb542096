"""Those who write an answer together.

Members invite colleagues, mail them again and take them out, and choose who leads the answer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from annualwheel import audit
from annualwheel.contacts import activation, budgets, elsewhere, folding, organisations, people
from annualwheel.contacts.states import is_with_us
from annualwheel.db import db, public_id
from annualwheel.errors import Missing, Refused, Unreadable
from annualwheel.mail import kinds, outbox
from annualwheel.mail.outbox import Recipient
from annualwheel.models import (
    Meeting,
    Member,
    Organisation,
    Person,
    Questionnaire,
    Submission,
    Year,
)
from annualwheel.preparation import deadline, membership, notices, scopes
from annualwheel.questionnaires import published
from annualwheel.wording.cleaning import one_line


@dataclass(frozen=True)
class Collaborator:
    """Somebody to invite, as a colleague typed it.

    `scope` is the key of a share, "" for the whole answer.
    """

    given: str
    family: str
    email: str
    scope: str = ""
    message: str = ""


def invite(by: Member, colleague: Collaborator, now: dt.datetime, client: str = "") -> Member:
    """Lets a colleague write in the answer and mails them a link of their own.

    Somebody with a share gets the whole answer when they are invited to it. `client` is the network
    address of the one who invites, here and below.

    Raises `Closed` when the answer may not be written, `Unreadable` for a bad address or share,
    `Refused("colleague_self")`, `Refused("colleague_exists")` for somebody who may write that
    already, `Refused("colleague_has_share")` for somebody who writes another share,
    `Refused("person_inactive")` for somebody of the organisation whom a coordinator has
    deactivated, and what `_count` raises. Somebody deactivated from elsewhere becomes a member whom
    no link lets in, and is told (`elsewhere`).
    """
    deadline.require_open(_organisations(by), now)
    definition = published.asked_of(by.submission)
    if colleague.scope and scopes.share(definition, colleague.scope) is None:
        raise Unreadable("unknown_choice")
    # Before the person is looked up: refused attempts count too (see `unit_of_work.roll_back`).
    _count(by, colleague.email, now, client)
    submission = _answer(by, now)
    person = _person(by, colleague, now)
    found = membership.of_person(submission, person)
    if found is None:
        found = Member(
            submission=submission, person=person, invited_by=by.person, scope=colleague.scope
        )
        db.session.add(found)
    elif not found.scope or found.scope == colleague.scope:
        raise Refused("colleague_exists", name=person.name)
    elif colleague.scope:
        raise Refused("colleague_has_share", name=person.name)
    found.scope = colleague.scope
    db.session.flush()
    audit.note(
        audit.participant(by.person_id),
        "colleague_invited",
        submission,
        now,
        submission.questionnaire.meeting_id,
        person=person.id,
        scope=colleague.scope,
    )
    _mail("colleague", found, by.person, now, message=colleague.message)
    return found


def _person(by: Member, colleague: Collaborator, now: dt.datetime) -> Person:
    """The person to invite, added when new.

    Only staff reactivate somebody whom a coordinator has deactivated (decision 15).
    """
    organisation = by.submission.organisation
    address = folding.normal_address(colleague.email)
    person = people.person_called(one_line(colleague.given), one_line(colleague.family), address)
    if person is not None and elsewhere.is_out(person, organisation, None):
        return person
    person = people.add_person(
        colleague.given,
        colleague.family,
        colleague.email,
        organisation,
        language=by.person.language,
        source=f"colleague:{by.person.name}",
        by=by.person,
    )
    if person.id == by.person_id:
        raise Refused("colleague_self")
    activation.let_in(person, now, audit.participant(by.person_id))
    return person


def known(by: Member, given: str, family: str, address: str) -> Member | None:
    """The colleague with that name and address, when they may write in the answer already."""
    person = people.person_called(given, family, address)
    return membership.of_person(by.submission, person) if person else None


def mail_again(by: Member, colleague: str, now: dt.datetime, client: str = "") -> Member:
    """Mails a colleague (by public id) the same link once more.

    The mail is the one of a colleague's invitation, or else the one that asks to prepare. Raises
    `Missing`, `Closed` and `TooMany`.
    """
    deadline.require_open(_organisations(by), now)
    _count(by, one(by, colleague).person.email, now, client)
    _answer(by, now)
    found = one(by, colleague)
    if found.invited_by is not None:
        _mail("colleague", found, found.invited_by, now)
    else:
        _mail("preparation", found, by.person, now)
    return found


def may_remove(by: Member, colleague: Member) -> bool:
    """Whether `by` may take the colleague out.

    The lead may take out anybody who writes, everybody else those they have invited themselves.
    Nobody may take out themselves or the lead, so an answer always has a member left.
    """
    if by.scope or colleague.id == by.id or colleague.role != "writer":
        return False
    return by.role == "lead" or colleague.invited_by_id == by.person_id


def remove(by: Member, colleague: str, now: dt.datetime) -> Person:
    """Takes out a colleague (by public id), whose link and sessions end.

    What they wrote stays, with their name.

    Raises `Missing`, and `Refused("colleague_not_yours")` (see `may_remove`).
    """
    submission = _answer(by, now)
    found = one(by, colleague)
    if not may_remove(by, found):
        raise Refused("colleague_not_yours", name=found.person.name)
    audit.note(
        audit.participant(by.person_id),
        "colleague_removed",
        submission,
        now,
        submission.questionnaire.meeting_id,
        person=found.person_id,
    )
    # Out of the loaded list too, which would go on showing the deleted membership.
    submission.members.remove(found)
    db.session.delete(found)
    db.session.flush()
    return found.person


def one(by: Member, colleague: str) -> Member:
    """Another member of the same answer, by public id. Raises `Missing`."""
    found = db.session.scalar(
        sa.select(Member).where(
            Member.public_id == colleague,
            Member.submission_id == by.submission_id,
            Member.id != by.id,
        )
    )
    if found is None:
        raise Missing("no_colleague")
    return found


def lead_of(submission: Submission) -> Member | None:
    """The lead of the answer, None when it has none."""
    return db.session.scalar(
        sa.select(Member)
        .where(Member.submission_id == submission.id, Member.role == "lead")
        .limit(1)
    )


def successors(by: Member) -> list[Member]:
    """The members that the lead can hand over to: the others who may write the whole answer."""
    people = membership.people(by.submission)
    return [member for member in people if not member.scope and member.id != by.id]


def hand_over_lead(by: Member, colleague: str, now: dt.datetime, client: str = "") -> Member:
    """The lead makes a colleague (by public id) the organisation's lead of the year.

    The colleague is told by mail. Raises `Missing`, `Refused("not_lead")` for somebody who is not
    (any more), and as `mail_again`.
    """
    submission = _organisations(by)
    _count(by, one(by, colleague).person.email, now, client)
    membership.lock(submission)
    # Under the lock: a coordinator may have appointed somebody else since the page was shown.
    lead, new = lead_of(submission), one(by, colleague)
    if lead is None or lead.id != by.id or new.scope:
        raise Refused("not_lead")
    _appointed(by, new, "lead_handed_over", now)
    _mail("lead", new, by.person, now)
    return new


def take_lead(by: Member, now: dt.datetime) -> None:
    """Somebody who may write the whole answer becomes its lead when it has none.

    A second press is no error. Raises `Refused("lead_taken")` when somebody else has it.
    """
    submission = _organisations(by)
    membership.lock(submission)
    lead = lead_of(submission)
    if lead is not None and lead.id != by.id:
        raise Refused("lead_taken", name=lead.person.name)
    if lead is None:
        _appointed(by, by, "lead_taken", now)


def appoint(organisation: Organisation, year: Year, lead: Person | None) -> None:
    """Makes a person the organisation's lead of the year.

    They lead the organisation for the year, and each of its answers that they may write as a whole.
    An answer that they are no member of keeps its lead.
    """
    organisations.set_lead(organisation, year, lead)
    lead_id = lead.id if lead else None
    for members in _answers_of(organisation, year):
        if lead_id is not None and lead_id not in {member.person_id for member in members}:
            continue
        for member in members:
            member.role = "lead" if member.person_id == lead_id else "writer"
    db.session.flush()


def _appointed(by: Member, new: Member, verb: str, now: dt.datetime) -> None:
    submission = by.submission
    appoint(submission.organisation, submission.questionnaire.meeting.year, new.person)
    audit.note(
        audit.participant(by.person_id),
        verb,
        submission,
        now,
        submission.questionnaire.meeting_id,
        person=new.person_id,
    )


def _answers_of(organisation: Organisation, year: Year) -> list[Sequence[Member]]:
    """The members with the whole of each joint answer of the organisation in that year."""
    rows = db.session.scalars(
        sa.select(Member)
        .join(Submission, Submission.id == Member.submission_id)
        .join(Questionnaire, Questionnaire.id == Submission.questionnaire_id)
        .join(Meeting, Meeting.id == Questionnaire.meeting_id)
        .where(
            Meeting.year_id == year.id,
            Submission.organisation_id == organisation.id,
            # A person's own answer has that person as its lead, whoever leads the organisation.
            Submission.person_id.is_(None),
            Member.scope == "",
        )
        .order_by(Member.submission_id, Member.id)
        # Roles that this session has loaded may be older than the lock.
        .execution_options(populate_existing=True)
    ).all()
    by_answer: dict[int, list[Member]] = {}
    for member in rows:
        by_answer.setdefault(member.submission_id, []).append(member)
    return list(by_answer.values())


def _organisations(by: Member) -> Submission:
    """The answer, when it is an organisation's. Raises `Missing` for a person's own, which has one
    writer.
    """
    if by.submission.person_id is not None:
        raise Missing("no_colleague")
    return by.submission


def _answer(by: Member, now: dt.datetime) -> Submission:
    """The same, open and locked, so that members come and go one at a time."""
    submission = _organisations(by)
    deadline.require_open(submission, now)
    membership.lock(submission)
    return submission


def _count(by: Member, address: str, now: dt.datetime, client: str) -> None:
    """Counts a mail to a colleague.

    Call it before the lock of the answer: whoever sends a substitute counts first, too, and then
    waits for that lock. Raises `TooMany`, `Refused("address_unproven")`, and
    `Refused("colleagues_need_place")` for somebody whom the organisation does not know.
    """
    budgets.require_proven(by.person)
    cause = budgets.cause(by.person, by.submission.organisation, client)
    if cause.stranger:
        raise Refused("colleagues_need_place")
    budgets.spend(cause, 1, now)
    budgets.reach(cause, address, 1, now)


def _mail(kind: str, member: Member, sender: Person, now: dt.datetime, message: str = "") -> None:
    # Each press is a mail of its own: the same colleague may be mailed again.
    key = f"{kind}:{member.public_id}:{public_id()}"
    meeting, organisation = member.submission.questionnaire.meeting, member.submission.organisation
    if not is_with_us(member.person):
        elsewhere.tell_writer(key, member.person, sender, organisation, meeting, now)
        return
    to = Recipient.of(member.person)
    found = scopes.share(published.asked_of(member.submission), member.scope)
    everything = {
        **notices.preparation_facts(member, to.language),
        "inviter": sender.name,
        "message": message,
        "share": found.label.to(to.language) if found else "",
    }
    declared = kinds.KINDS[kind]
    # `letters.write` refuses a fact that the kind does not declare.
    wanted = (*declared.facts, *declared.optional)
    facts = {name: everything[name] for name in wanted if name in everything}
    outbox.put(key, kind, to, facts, notices.links(member), now, meeting_id=meeting.id)
