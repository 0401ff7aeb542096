"""A lost link: new ones are mailed to the address on file, one mail for a mailbox however many people share it."""
from __future__ import annotations

import datetime as dt

from annualwheel import limits, names, outbox
from annualwheel.contacts import fold
from annualwheel.db import public_id
from annualwheel.links import Target
from annualwheel.outbox import Recipient
from annualwheel.questionnaires import membership
from annualwheel.registrations import invitations

HOUR = dt.timedelta(hours=1)
SHOWN = dt.timedelta(days=30)
PREPARATION = {"sv": "Förberedelsen inför ", "en": "Preparation for "}


def ask(address: str, client: str, now: dt.datetime) -> None:
    """Mails the living links of an address, if there are any. Raises `TooMany` (3 an hour for an address, 30 for a client)."""
    limits.count("new_link_client", client, now, 30, HOUR)
    limits.count("new_link", fold(address), now, 3, HOUR)
    registrations = [r for r in invitations.at_address(fold(address)) if r.meeting.ends_at + SHOWN > now]
    members = [m for m in membership.at_address(fold(address)) if m.submission.questionnaire.meeting.ends_at + SHOWN > now]
    if not registrations and not members:
        return
    first = (registrations or members)[0].person
    language = first.language
    targets = [*((Target("registration", r.public_id, r.link_version), r.person,
                  f"{names.title(r.meeting.kind, language)}, {r.organisation.name}") for r in registrations),
               *((Target("member", m.public_id, m.link_version), m.person,
                  f"{PREPARATION[language]}{names.meeting(m.submission.questionnaire.meeting.kind, language)}, "
                  f"{m.submission.organisation.name}") for m in members)]
    outbox.put(f"new_link:{public_id()}", "new_link", Recipient(first.email, "", language),
               {"people": [{"name": person.name, "what": what} for _, person, what in targets]},
               {f"landing_{number}": row[0] for number, row in enumerate(targets, 1)}, now)
