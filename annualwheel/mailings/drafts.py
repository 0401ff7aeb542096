"""What a coordinator is about to send.

It tells to whom a mailing would go and what it would say, and sends the test that comes before it.
"""

from __future__ import annotations

import datetime as dt
from hashlib import sha256

import sqlalchemy as sa

from annualwheel import audit
from annualwheel.access.links import Target
from annualwheel.db import db
from annualwheel.errors import Refused
from annualwheel.mail import kinds, letters, outbox, states
from annualwheel.mail.letters import Letter
from annualwheel.mail.outbox import Recipient
from annualwheel.mailings.kinds import registry
from annualwheel.mailings.kinds.kind import MailingDraft
from annualwheel.models import Meeting, Message, Staff
from annualwheel.registrations.audiences import Addressee

TEST = "test:"
# No row has this public id or this version: a test may be forwarded, and must let nobody in.
NOWHERE = {
    "landing": Target("registration", "exempel", 0),
    "preparation": Target("member", "exempel", 0),
    "result": Target("registration", "exempel", 0),
}
# Somebody made up, since the wording is compared: it must not change with who is on the list.
ANYONE = Addressee("", 0, 0, "Förnamn", "Efternamn", "", "sv", "Organisationen")


def recipients(draft: MailingDraft, now: dt.datetime) -> list[Addressee]:
    """The people that the mailing would reach now, without the unticked.

    Raises `Closed` or `Refused` when it cannot be sent at all.
    """
    kind = registry.of(draft.kind)
    kind.require_possible(draft, now)
    return draft.ticked(kind.recipients(draft, now))


def require_possible(
    meeting: Meeting, kind: str, now: dt.datetime, questionnaire: str = ""
) -> None:
    """Raises `Closed` or `Refused` when a mailing of that kind cannot be sent now.

    `questionnaire` is the key of what it is about; not needed where the meeting has one.
    """
    draft = MailingDraft(meeting, kind, questionnaire=questionnaire)
    registry.of(kind).require_possible(draft, now)


def letter(draft: MailingDraft, one: Addressee, now: dt.datetime) -> Letter:
    """The mail exactly as it would be frozen for `one`, with placeholders for links."""
    facts = registry.of(draft.kind).facts(draft, one, now)
    return letters.write(draft.kind, one.language, facts)


def send_test(draft: MailingDraft, one: Addressee, by: Staff, now: dt.datetime) -> Message:
    """Queues the mail `one` would get, marked as a test, to the member of staff.

    Its link leads nowhere.
    """
    message = outbox.put(
        # The time makes the key unique: the same text may be tested several times.
        f"{_test_key(draft, by, now)}{now.timestamp()}",
        draft.kind,
        Recipient(by.email, by.name, one.language),
        registry.of(draft.kind).facts(draft, one, now),
        {name: NOWHERE[name] for name in kinds.KINDS[draft.kind].links},
        now,
    )
    message.body.subject = f"[Test] {message.body.subject}"
    db.session.flush()
    audit.note(audit.staff(by.id), "tested", message, now, draft.meeting.id, kind=draft.kind)
    return message


def latest_test(draft: MailingDraft, by: Staff, now: dt.datetime) -> Message | None:
    """The latest test of this meeting's mail, with the text it has now, that `by` has asked for.

    One that has left, where there is one: a later one that has not takes nothing back.
    """
    tests = sa.select(Message).where(outbox.begins(_test_key(draft, by, now)))
    has_left = sa.case((Message.state.in_(states.HANDED_OVER), 0), else_=1)
    return db.session.scalar(tests.order_by(has_left, Message.id.desc()).limit(1))


def tested_at(draft: MailingDraft, by: Staff, now: dt.datetime) -> dt.datetime | None:
    """When the latest test of the text as it is now left for `by`, None while none has."""
    found = latest_test(draft, by, now)
    return found.sent_at if found and found.state in states.HANDED_OVER else None


def require_tested(draft: MailingDraft, by: Staff, now: dt.datetime) -> None:
    """Raises `Refused` when no test of the text as it is now has left for `by`.

    `test_needed` when there is none on its way, `test_waits` when there is. The page asks this
    where a person sends: a schedule has nobody to read the test (decision 21).
    """
    if tested_at(draft, by, now) is not None:
        return
    found = latest_test(draft, by, now)
    raise Refused("test_waits" if found and found.state in states.DUE else "test_needed")


def is_test(message: Message) -> bool:
    """Whether the mail is somebody's test of a mailing."""
    return message.key.startswith(TEST)


def everyone(draft: MailingDraft, now: dt.datetime) -> list[Addressee]:
    """The people that the mailing is about now, with the unticked."""
    return registry.of(draft.kind).recipients(draft, now)


def _test_key(draft: MailingDraft, by: Staff, now: dt.datetime) -> str:
    # With the wording in the key, a test counts only as long as the mail says the same.
    return f"{TEST}{draft.kind}:{draft.meeting.id}:{_wording(draft, now)}:{by.id}:"


def _wording(draft: MailingDraft, now: dt.datetime) -> str:
    """A name for what the mail says now in both languages.

    A change of the text, the meeting or the questions changes it.
    """
    readers = [ANYONE._replace(language=language) for language in letters.LANGUAGES]
    written = [letter(draft, one, now) for one in readers]
    text = "\0".join(f"{one.subject}\0{one.preheader}\0{one.text}" for one in written)
    return sha256(text.encode()).hexdigest()[:16]
