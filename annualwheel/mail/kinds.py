"""The kinds of mail: the facts each needs and the links it holds.

A kind has one template a language in `email_templates/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """What a kind of mail needs.

    `facts` that must be given, `optional` ones (left out: empty), names of the `links` it holds.
    """

    facts: tuple[str, ...]
    links: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()


_WHEN = ("given", "meeting", "day", "short_day")
_PLAN = (*_WHEN, "time", "place")
_PREPARE = ("given", "organisation", "meeting", "short_day", "closes")
_JOIN = ("joining_url", "joining")
_WHICH = ("asked", "after")
_RECEIPT = ("personal", "summary", "asked", "again")

# Days and times are text in the recipient's language; `meeting` in its definite form
# ("arbetsmötet", "the working meeting"). `given` and names are as the person writes them.
# `sections`, `missing` and `summary` are lists of text. `personal` is true when each person
# answers for themselves. `asked` is the title of the questionnaire where a meeting has several or
# it comes after the meeting, which `after` says. `last_day` is the day of `closes` without the
# year; `needed` lists what must be done before anything can be submitted. `seated`: the seat went
# over with the invitation; `taken`: by the new person's own press. `may_register` and
# `may_substitute` say what the page lets the person do now; `asks`: an answer is owed; `stands`:
# the yes still counts; `saved`: the person has only been asked to save the date. `part` in
# results: present, wrote or registered. `people` in new_link is a list of {"name", "what"}; person
# number n has the link landing_n. `invited_by` is the last day for invitations; `invited`: the
# person's own invitation still stands; `again`: the
# person has been told of another date or venue before, or has been sent another confirmation or
# receipt of the same. `joining_url` and `joining` say how one joins, to who has a seat. `wanted`
# goes to somebody who cannot be had: `instead` as a substitute, `to_write` in an answer; `inactive`
# says why not.
KINDS: Mapping[str, Kind] = {
    "save_the_date": Kind((*_PLAN, "about"), (), ("invited_by", "again")),
    "invitation": Kind(
        (*_PLAN, "organisation", "answer_by", "about"),
        ("landing",),
        ("preparation_opens", "personal"),
    ),
    "reminder": Kind((*_PLAN, "organisation", "answer_by"), ("landing",), ("reconfirm",)),
    "confirmation": Kind(
        (*_PLAN, "organisation"),
        ("landing",),
        (*_JOIN, "preparation_opens", "personal", "again"),
    ),
    "joining": Kind(_PLAN, ("landing",), (*_JOIN, "again")),
    "calendar_request": Kind(_PLAN),
    "calendar_update": Kind(_PLAN),
    "calendar_cancel": Kind(_WHEN),
    "needs_question": Kind((*_WHEN, "question"), ("landing",)),
    "declined": Kind((*_WHEN, "answer_by"), ("landing",), ("may_register", "may_substitute")),
    "withdrawn": Kind(_WHEN, ("landing",), ("waited",)),
    "waitlisted": Kind((*_PLAN, "organisation"), ("landing",), ("again",)),
    "promoted": Kind(
        (*_PLAN, "organisation"), ("landing",), (*_JOIN, "preparation_opens", "personal")
    ),
    "offer": Kind((*_PLAN, "organisation", "ends"), ("landing",)),
    "offer_lapsed": Kind((*_WHEN, "ended"), ("landing",)),
    "substituted": Kind((*_WHEN, "substitute"), (), ("seated",)),
    "substitute_invitation": Kind(
        (*_PLAN, "organisation", "replaces"),
        ("landing",),
        ("answer_by", "message", "seated", "taken", "may_register", *_JOIN),
    ),
    "substitute_recalled": Kind((*_WHEN, "replaces"), (), ("invited",)),
    "moved": Kind(
        (
            "given",
            "meeting",
            "short_day",
            "old_day",
            "old_time",
            "old_place",
            "new_day",
            "new_time",
            "new_place",
        ),
        ("landing",),
        ("reason", "asks", "held", "stands", "saved", "answer_by"),
    ),
    "cancelled": Kind(_WHEN, (), ("reason", "answer_kept", "saved")),
    "preparation": Kind(
        (*_PREPARE, "sections", "minutes"),
        ("preparation",),
        ("personal", "lead", "material", "material_url", *_WHICH),
    ),
    "preparation_reminder": Kind(
        (*_PREPARE, "last_day", "missing"),
        ("preparation",),
        ("personal", "needed", "material", "material_url", *_WHICH),
    ),
    "receipt": Kind((*_PREPARE, "submitted_at", "by"), ("preparation",), _RECEIPT),
    "receipt_copy": Kind((*_PREPARE, "submitted_at", "by"), (), _RECEIPT),
    "change_granted": Kind(_PREPARE, ("preparation",), ("personal", "submitted", *_WHICH)),
    "change_refused": Kind(
        (*_PREPARE, "reason"), ("preparation",), ("personal", "submitted", *_WHICH)
    ),
    "results": Kind(
        ("given", "meeting", "short_day", "part", "person_count", "organisation_count"),
        ("result",),
        ("next_meeting", "next_day", "needs_erased"),
    ),
    "colleague": Kind((*_PREPARE, "inviter"), ("preparation",), ("message", "share", *_WHICH)),
    "lead": Kind((*_PREPARE, "inviter"), ("preparation",), _WHICH),
    "new_link": Kind(("people",), ("landing_1",)),
    "address_changed": Kind(("given", "old_address")),
    "new_address": Kind(("given", "people"), ("landing_1",)),
    "own_data": Kind(("people", "minutes"), ("landing_1",)),
    "deletion_asked": Kind(("given",)),
    "deletion_refused": Kind(("given", "answer")),
    "deletion_done": Kind(("given",)),
    "staff_sign_in": Kind(("given", "minutes"), ("sign_in",)),
    "staff_welcome": Kind(("given", "role", "inviter", "sign_in_page"), ("sign_in",)),
    "registered_by_phone": Kind(
        (*_PLAN, "organisation", "coordinator", "coming"), ("landing",), _JOIN
    ),
    "application": Kind((*_PLAN[1:], "organisation"), ("landing",)),
    "application_known": Kind(_WHEN, ("landing",)),
    "application_gone": Kind(_WHEN),
    "organisation_request": Kind(_WHEN[1:]),
    "organisation_refused": Kind((*_WHEN, "organisation", "message")),
    "colleague_registered": Kind(
        (*_PLAN, "organisation", "registrant"),
        ("landing",),
        ("waits", *_JOIN, "preparation_opens", "personal"),
    ),
    "wanted": Kind(
        ("given", "registrant", "organisation", "meeting", "short_day"),
        (),
        ("inactive", "instead", "to_write"),
    ),
    "test_mail": Kind(("sent_at",)),
}

# What asks somebody to a meeting or gives them something at it. Once the meeting is cancelled these
# are not sent: nothing may follow the mail that says so. News of what is over (a withdrawal, an
# offer), receipts, and links that somebody asked for go all the same.
TOWARDS_A_MEETING = frozenset(
    (
        "save_the_date",
        "invitation",
        "reminder",
        "confirmation",
        "joining",
        "calendar_request",
        "calendar_update",
        "waitlisted",
        "promoted",
        "offer",
        "substitute_invitation",
        "moved",
        "registered_by_phone",
        "application",
        "application_known",
        "colleague_registered",
        "wanted",
        "preparation",
        "preparation_reminder",
        "colleague",
        "change_granted",
        "needs_question",
    )
)

# Mails that nobody of the staff sees in the log: that somebody got one says that they have stated
# needs (GDPR art. 9).
UNSEEN = frozenset(("needs_question",))

# What asks for a yes or a no to a meeting. It is not sent when the answer would be refused.
ASKS_FOR_ANSWER = frozenset(("invitation", "reminder", "substitute_invitation", "offer"))
