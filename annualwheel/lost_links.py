"""A lost link: new ones are mailed to the address on file, one mail for a mailbox however many people share it."""
from __future__ import annotations

import datetime as dt

from annualwheel import limits, names, outbox
from annualwheel.contacts import fold
from annualwheel.links import Target
from annualwheel.outbox import Recipient
from annualwheel.questionnaires import membership
from annualwheel.registrations import invitations

HOUR = dt.timedelta(hours=1)
SHOWN = dt.timedelta(days=30)


def ask(address: str, client: str, now: dt.datetime) -> None:
    """Mails the living links of an address, if there are any. Raises `TooMany` (3 an hour for an address, 30 for a client)."""
    limits.count("new_link_client", client, now, 30, HOUR)
    limits.count("new_link", fold(address), now, 3, HOUR)
    registrations = [r for r in invitations.at_address(fold(address)) if r.meeting.ends_at + SHOWN > now]
    members = [m for m in membership.at_address(fold(address)) if m.submission.questionnaire.meeting.ends_at + SHOWN > now]
    if not registrations and not members:
        return
    language = (registrations or members)[0].person.language
    targets = [*((Target("registration", r.public_id, r.link_version), r.person, r.organisation, r.meeting) for r in registrations),
               *((Target("member", m.public_id, m.link_version), m.person, m.submission.organisation,
                  m.submission.questionnaire.meeting) for m in members)]
    people = [{"name": person.name, "what": f"{names.title(meeting.kind, language)}, {organisation.name}"}
              for _, person, organisation, meeting in targets]
    outbox.put(f"new_link:{fold(address)}:{now.timestamp()}", "new_link", Recipient(address, "", language), {"people": people},
               {f"landing_{number}": row[0] for number, row in enumerate(targets, 1)}, now)
