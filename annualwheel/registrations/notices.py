"""The mails that go with a registration: what happened, and the calendar entry that stays true."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

import sqlalchemy as sa

from annualwheel.access.links import Target
from annualwheel.db import db, public_id
from annualwheel.mail import kinds, outbox
from annualwheel.mail import states as mail_states
from annualwheel.mail.ical import QUESTIONS, Entry
from annualwheel.mail.outbox import Recipient
from annualwheel.models import Mailing, Meeting, Message, Registration, Staff
from annualwheel.questionnaires import opening
from annualwheel.registrations import availability, joining
from annualwheel.wording import dates, names

# What a calendar says for months: nothing that is true on the day of the mail alone.
REGISTERED = {
    "sv": (
        "Du är anmäld. Ändra eller avboka med länken i mejlet med din bekräftelse.\n"
        f"Frågor: {QUESTIONS}"
    ),
    "en": (
        "You are registered. Change or cancel with the link in the e-mail that confirmed it.\n"
        f"Questions: {QUESTIONS}"
    ),
}
JOIN = {"sv": "Anslut här:", "en": "Join here:"}
CALLED_OFF = {
    "sv": f"Mötet är inställt.\nFrågor: {QUESTIONS}",
    "en": f"The meeting is cancelled.\nQuestions: {QUESTIONS}",
}
# True of a seat that is given up, and of one that has moved to another address.
TAKEN_AWAY = {
    "sv": f"Den här bokningen gäller inte längre.\nFrågor: {QUESTIONS}",
    "en": f"This booking no longer holds.\nQuestions: {QUESTIONS}",
}
ONLINE = {"sv": "Digitalt möte", "en": "Online meeting"}


def facts(registration: Registration, language: str) -> dict[str, object]:
    """What mails about this registration may say, in the recipient's language.

    They say nothing about needs (GDPR art. 9) and nothing about other people.
    """
    meeting = registration.meeting
    return {
        "given": registration.person.given,
        "organisation": registration.organisation.name,
        "meeting": names.meeting(meeting.kind, language),
        "day": dates.day(meeting.starts_at, language),
        "short_day": dates.day_month(meeting.starts_at, language),
        "time": dates.hours(meeting.starts_at, meeting.ends_at, language),
        "place": place(registration, language),
        "reconfirm": "yes" if registration.state == "to_reconfirm" else "",
        "answer_by": dates.day(availability.answer_by(registration), language),
        "preparation_opens": dates.day(opening.preparation_opens_at(meeting), language),
    }


def place(registration: Registration, language: str) -> str:
    """Where, as one line."""
    if registration.mode == "online":
        return ONLINE[language]
    meeting = registration.meeting
    return ", ".join(part for part in (meeting.place, meeting.address) if part)


def said(
    kind: str,
    registration: Registration,
    language: str,
    now: dt.datetime,
    more: Mapping[str, object],
) -> dict[str, object]:
    """The facts of a mail of that kind about the registration, with `more`.

    A mail does not announce a day that has passed.
    """
    known = facts(registration, language)
    known["about"] = names.ABOUT[registration.meeting.kind][language]
    for action in ("register", "substitute"):
        # A mail must not offer what the page behind its link then refuses.
        known[f"may_{action}"] = availability.why_not(registration, action, now) is None
    how = joining.of_seat(registration)
    known |= {"joining_url": how.url, "joining": how.text(language)}
    if "personal" in kinds.KINDS[kind].optional:
        known["personal"] = is_personal(registration.meeting)
    if opening.preparation_opens_at(registration.meeting) <= now:
        del known["preparation_opens"]
    return _chosen(kind, {**known, **more})


def is_personal(meeting: Meeting) -> bool:
    """Whether each person prepares alone, and nobody together with colleagues.

    The questionnaires that prepare the meeting decide it. Before there is one the kind of meeting
    does.
    """
    preparing = opening.preparing(meeting)
    if not preparing:
        return meeting.kind in names.ALONE
    return all(asked.respondent == "person" for asked in preparing)


def landing(registration: Registration) -> dict[str, Target]:
    """The link every mail about a registration carries."""
    return {"landing": Target("registration", registration.public_id, registration.link_version)}


def write(
    kind: str,
    registration: Registration,
    now: dt.datetime,
    *,
    cause: str = "",
    to: Recipient | None = None,
    mailing: Mailing | None = None,
    **more: object,
) -> Message:
    """Queues a mail of `kind` about the registration.

    `cause` makes it the only one of its kind for that cause; without it the caller ensures, under
    the meeting's lock, that the same act does not write twice.

    A secretary who answers for the person gets a copy. A mail `to` somebody else than the person
    has no copy.
    """
    return _with_copy(kind, registration, now, cause, to, mailing, more)


def tell(
    kind: str, registration: Registration, now: dt.datetime, *, cause: str = "", **more: object
) -> None:
    """As `write`, for callers that do not need the mail's row."""
    _with_copy(kind, registration, now, cause, None, None, more)


def tell_secretary(kind: str, registration: Registration, now: dt.datetime, **more: object) -> None:
    """Writes the copy alone, for whoever answers for the person."""
    if registration.copy_to:
        copy = Recipient(
            registration.copy_to, registration.person.name, registration.person.language
        )
        _put(kind, registration, now, "", copy, None, more)


def by_phone(
    registration: Registration, staff_id: int | None, coming: bool, now: dt.datetime
) -> None:
    """Tells the person what a coordinator wrote down for them."""
    coordinator = db.session.get_one(Staff, staff_id).name
    tell("registered_by_phone", registration, now, coordinator=coordinator, coming=coming)


def put_in_calendar(
    registration: Registration,
    now: dt.datetime,
    kind: str = "calendar_request",
    mailing: Mailing | None = None,
) -> None:
    """Queues a calendar REQUEST with the next sequence number.

    It is a new entry, or the same one moved.
    """
    registration.sequence += 1
    _calendar(kind, registration, now, "REQUEST", mailing)


def take_from_calendar(
    registration: Registration, now: dt.datetime, mailing: Mailing | None = None
) -> None:
    """Queues a CANCEL for the entry.

    Call it for someone who has one. It does nothing for someone who never got one.
    """
    if not is_in_calendar(registration):
        return
    # A calendar ignores a change, and a CANCEL, whose SEQUENCE is not higher (RFC 5546 2.1.5).
    registration.sequence += 1
    why = CALLED_OFF if registration.meeting.state == "cancelled" else TAKEN_AWAY
    gone = replace(
        entry(registration), description=why[registration.person.language], conference=""
    )
    _calendar("calendar_cancel", registration, now, "CANCEL", mailing, gone)


def is_in_calendar(registration: Registration) -> bool:
    """Whether an entry was mailed, so that a CANCEL is about something."""
    if registration.sequence < 0:
        return False
    # An entry comes to a new address when somebody has opened a link there.
    return not registration.person.address_unproven or has_come(registration)


def has_come(registration: Registration) -> bool:
    """Whether the newest calendar entry was mailed to the address that the person has now."""
    person = registration.person
    return bool(
        db.session.scalar(
            sa.select(Message.id)
            .where(
                Message.registration_id == registration.id,
                Message.person_id == person.id,
                Message.address == person.email,
                Message.calendar_sequence == registration.sequence,
                Message.state.not_in(mail_states.NEVER_LEFT),
            )
            .limit(1)
        )
    )


def entry(registration: Registration) -> Entry:
    """The seat's calendar entry as it is now, in the person's language.

    It holds no token: people share their calendars. How one joins stands first, where calendars on
    phones show it.
    """
    meeting, language = registration.meeting, registration.person.language
    how = joining.of_seat(registration)
    link = f"{JOIN[language]} {how.url}" if how.url else ""
    described = (link, how.text(language), REGISTERED[language])
    return Entry(
        uid=registration.uid,
        # -1 until the first mail. A file that is fetched before that begins at 0.
        sequence=max(registration.sequence, 0),
        summary=names.in_calendar(meeting.kind, language),
        description="\n".join(part for part in described if part),
        place=place(registration, language),
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        attendee_name=registration.person.name,
        attendee_address=registration.person.email,
        conference=how.url,
        page=names.page_of(meeting.year.number, meeting.kind),
    )


def _with_copy(
    kind: str,
    registration: Registration,
    now: dt.datetime,
    cause: str,
    to: Recipient | None,
    mailing: Mailing | None,
    more: Mapping[str, object],
) -> Message:
    person = registration.person
    if to is not None:
        return _put(kind, registration, now, cause, to, mailing, more)
    message = _put(kind, registration, now, cause, Recipient.of(person), mailing, more)
    if registration.copy_to:
        # Outside the mailing: the number that was confirmed before sending counts people, not
        # copies.
        copy = Recipient(registration.copy_to, person.name, person.language)
        copy_cause = f"{cause}:copy" if cause else ""
        _put(kind, registration, now, copy_cause, copy, None, more)
    return message


def _put(
    kind: str,
    registration: Registration,
    now: dt.datetime,
    cause: str,
    to: Recipient,
    mailing: Mailing | None,
    more: Mapping[str, object],
) -> Message:
    links = landing(registration) if kinds.KINDS[kind].links else {}
    message = outbox.put(
        # The key is unique: with a cause the second row of the same kind is the first one.
        f"{kind}:{registration.public_id}:{cause or public_id()}",
        kind,
        to,
        said(kind, registration, to.language, now, more),
        links,
        now,
        registration=registration,
        mailing=mailing,
    )
    if "joining" in kinds.KINDS[kind].optional:
        message.joining = joining.of_seat(registration).mark
    return message


def _calendar(
    kind: str,
    registration: Registration,
    now: dt.datetime,
    method: str,
    mailing: Mailing | None,
    own: Entry | None = None,
) -> None:
    to = Recipient.of(registration.person)
    outbox.put(
        f"{kind}:{registration.public_id}:{registration.sequence}",
        kind,
        to,
        _chosen(kind, facts(registration, to.language)),
        {},
        now,
        registration=registration,
        mailing=mailing,
        entry=own or entry(registration),
        method=method,
    )


def _chosen(kind: str, known: dict[str, object]) -> dict[str, object]:
    # A text is refused a fact that its kind does not declare, so that no mail can say more than it
    # may.
    declared = kinds.KINDS[kind]
    return {name: known[name] for name in (*declared.facts, *declared.optional) if name in known}
