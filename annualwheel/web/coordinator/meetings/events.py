"""The latest events of a meeting, from the audit trail, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from annualwheel.meetings import trail
from annualwheel.meetings.trail import AuditTrail, passed_over
from annualwheel.models import Audit, Meeting, Registration, Submission
from annualwheel.web.wording import staff_words
from annualwheel.web.wording.erased import called

SHOWN = 8


@dataclass(frozen=True)
class Event:
    """One line of the log.

    `who` is the person it is about, `by` the member of staff who did it, `why` the reasons that
    were noted, `note` what a member of staff wrote.
    """

    at: dt.datetime
    who: str
    what: str
    by: str
    why: tuple[str, ...] = ()
    note: str = ""


def latest(
    meeting: Meeting, at_most: int = SHOWN, verbs: Collection[str] = tuple(staff_words.EVENT)
) -> list[Event]:
    """The newest events of the meeting."""
    found = trail.newest(meeting, at_most, verbs)
    return [_event(row, found) for row in found.rows]


def _event(row: Audit, found: AuditTrail) -> Event:
    return Event(
        at=row.at,
        who=_who(row, found),
        what=staff_words.say(row.verb, "event"),
        by=found.staff.get(row.actor_id or 0, "") if row.actor_kind == "staff" else "",
        why=tuple(_why(row, found.registrations)),
        note=str(row.details.get("note", "")),
    )


def _who(row: Audit, found: AuditTrail) -> str:
    about: dict[str, Mapping[int, Registration | Submission]] = {
        "registrations": found.registrations,
        "submissions": found.submissions,
    }
    one = about.get(row.subject_kind, {}).get(row.subject_id or 0)
    if one is None:
        return ""
    # An organisation's response is nobody's own.
    return f"{called(one.person)}, {one.organisation.name}" if one.person else one.organisation.name


def _why(row: Audit, registrations: Mapping[int, Registration]) -> Iterator[str]:
    """Why this person got the seat, and not somebody before them on the waiting list."""
    if "line" in row.details:
        yield _("Var nummer %(line)s på väntelistan.", line=row.details["line"])
    if row.details.get("over"):
        yield _("Det fanns ingen ledig plats åt personen.")
    for one, why in passed_over(row).items():
        if one in registrations:
            yield _waited(called(registrations[one].person), why)
    if len(row.details.get("passed", [])) > trail.MOST_NAMED:
        # The trail may name hundreds; a page names a few.
        yield _("Fler fick vänta av samma skäl.")


def _waited(name: str, why: str) -> str:
    if why == "organisation_full":
        return str(_("%(name)s fick vänta: organisationen har alla sina platser.", name=name))
    return str(_("%(name)s fick vänta: hade nyss låtit en plats gå vidare.", name=name))
