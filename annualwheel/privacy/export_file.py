"""What we hold about a person as JSON to keep and to bring elsewhere (GDPR art. 20)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from annualwheel.mail import letters
from annualwheel.models import (
    Affiliation,
    ChangeRequest,
    DeletionRequest,
    MailRequest,
    Meeting,
    Member,
    Message,
    Needs,
    OrganisationRequest,
    Submission,
)
from annualwheel.privacy.export import Extract, OwnRegistration, WrittenText, body_of
from annualwheel.privacy.own_answers import OwnAnswer
from annualwheel.wording import names

OF_PERSON = ("given", "family", "email", "mobile", "language", "source")


def as_json(held: Extract, reasons: Mapping[str, str]) -> dict[str, Any]:
    """The extract as a file.

    The names of the fields are stable: they are ours to keep, so that a file of last year reads
    like this year's. `reasons` has the words for why somebody does not come.

    `person` (given, family, email, mobile, language, source), `organisations` (organisation, title,
    active), `registrations` (meeting, starts_at, organisation, title, state, mode, lunch, copy_to,
    decline_reason and decline_reason_text, invited_at, answered_at, history of at and event, needs
    of diet, access, consent and consented_at, or null), `memberships` (meeting, questionnaire,
    organisation, role, scope, opened_at), `written` (meeting, questionnaire, organisation,
    question, text, at; removed_at and erased_at, null for current texts), `replaced_texts` and
    `submitted_versions` (numbers), `replaced` (as `written`, with replaced_at), `submitted`
    (meeting, questionnaire, organisation, question, text, at; of the latest version, where each
    person answers), `mails` (kind, address, queued_at, sent_at, state; subject and text, null when
    we no longer have them), `requests` (kind, asked_at, state, text, answer). A questionnaire is
    named by its key. Times are ISO 8601 in UTC. No links and no tokens: where a mail had a link
    the text says […].
    """
    return {
        "person": {name: getattr(held.person, name) for name in OF_PERSON},
        "organisations": [_affiliation(row) for row in held.affiliations],
        "registrations": [_registration(one, reasons) for one in held.registrations],
        "memberships": [_membership(row) for row in held.memberships],
        "written": [_passage(row, "removed_at") for row in held.written],
        "replaced_texts": len(held.replaced),
        "replaced": [_passage(row, "replaced_at") for row in held.replaced],
        "submitted_versions": held.submitted,
        "submitted": [_answer(row) for row in held.answered],
        "mails": [_mail(row) for row in held.mails],
        "requests": _all_requests(held),
    }


def _all_requests(held: Extract) -> list[dict[str, Any]]:
    return [
        *(_request("deletion", row, row.reason, row.answer) for row in held.deletions),
        *(_request("change_of_answer", row, row.reason, "") for row in held.changes),
        *(_request("organisation", row, row.organisation, "") for row in held.organisations),
        *(_request("mail", row, row.kind, "") for row in held.waiting),
    ]


def _affiliation(row: Affiliation) -> dict[str, Any]:
    return {"organisation": row.organisation.name, "title": row.title, "active": row.active}


def _membership(row: Member) -> dict[str, Any]:
    return {
        **_asked(row.submission),
        "role": row.role,
        "scope": row.scope,
        "opened_at": _time(row.opened_at),
    }


def _asked(submission: Submission) -> dict[str, Any]:
    """Which answer it is: to what, and from whom."""
    return {
        "meeting": _name(submission.questionnaire.meeting),
        "questionnaire": submission.questionnaire.key,
        "organisation": submission.organisation.name,
    }


def _passage(row: WrittenText, gone: str) -> dict[str, Any]:
    return {**_answer(row), gone: _time(row.gone_at), "erased_at": _time(row.erased_at)}


def _answer(row: OwnAnswer | WrittenText) -> dict[str, Any]:
    return {
        **_asked(row.submission),
        "question": row.question,
        "text": row.text,
        "at": _time(row.at),
    }


def _mail(row: Message) -> dict[str, Any]:
    body = body_of(row)
    return {
        "kind": row.kind,
        "address": row.address,
        "queued_at": _time(row.queued_at),
        "sent_at": _time(row.sent_at),
        "state": row.state,
        "subject": body.subject if body else None,
        # The stored text has a name where the link stood: links are signed when a mail is sent.
        "text": letters.PLACEHOLDER.sub("[…]", body.text) if body else None,
    }


def _registration(one: OwnRegistration, reasons: Mapping[str, str]) -> dict[str, Any]:
    row = one.registration
    return {
        "meeting": _name(row.meeting),
        "starts_at": _time(row.meeting.starts_at),
        "organisation": row.organisation.name,
        "title": row.title,
        "state": row.state,
        "mode": row.mode,
        "lunch": row.lunch,
        "copy_to": row.copy_to,
        "decline_reason": row.decline_reason,
        "decline_reason_text": reasons.get(row.decline_reason, row.decline_reason),
        "invited_at": _time(row.invited_at),
        "answered_at": _time(row.answered_at),
        "history": [{"at": _time(event.at), "event": event.verb} for event in one.history],
        "needs": _needs(one.needs) if one.needs else None,
    }


def _needs(needs: Needs) -> dict[str, Any]:
    return {
        "diet": needs.diet,
        "access": needs.access,
        "consent": needs.consent_text,
        "consented_at": _time(needs.consented_at),
    }


def _request(
    kind: str,
    row: DeletionRequest | ChangeRequest | OrganisationRequest | MailRequest,
    text: str,
    answer: str,
) -> dict[str, Any]:
    return {
        "kind": kind,
        "asked_at": _time(row.asked_at),
        # A mail that was asked for is gone from here once it is answered.
        "state": "asked" if isinstance(row, MailRequest) else row.state,
        "text": text,
        "answer": answer,
    }


def _name(meeting: Meeting) -> str:
    return f"{names.title(meeting.kind, 'sv')} {meeting.year.number}"


def _time(moment: dt.datetime | None) -> str | None:
    return moment.isoformat() if moment else None
