"""The audit trail, written in the transaction of its cause."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from annualwheel.db import Base, db
from annualwheel.models import Audit


@dataclass(frozen=True)
class Actor:
    """The one who acts: a participant (person id), a member of staff (staff id) or the system.

    `client` is the network address that a participant acts from; it is never written down.
    `language` is the one of the page that a participant acts on, "" where it is not known.
    """

    kind: str
    id: int | None = None
    client: str = ""
    language: str = ""

    @property
    def staff_id(self) -> int | None:
        """The account's id; None for everybody who is not staff."""
        return self.id if self.kind == "staff" else None


SYSTEM = Actor("system")


def participant(person_id: int, client: str = "", language: str = "") -> Actor:
    """A participant acting through a personal link, from that network address, on a page in that
    language.
    """
    return Actor("participant", person_id, client, language)


def staff(staff_id: int) -> Actor:
    """A member of staff, signed in."""
    return Actor("staff", staff_id)


def note(
    actor: Actor,
    verb: str,
    subject: Base | str,
    now: dt.datetime,
    meeting_id: int | None = None,
    **details: object,
) -> None:
    """Notes that `actor` did `verb` to `subject`: a row, or the name of something that is none.

    `details` are ids, counts and field names, never names, addresses or answers.
    """
    kind = subject if isinstance(subject, str) else type(subject).__tablename__
    db.session.add(
        Audit(
            at=now,
            actor_kind=actor.kind,
            actor_id=actor.id,
            verb=verb,
            subject_kind=kind,
            subject_id=getattr(subject, "id", None),
            meeting_id=meeting_id,
            details=dict(details),
        )
    )
