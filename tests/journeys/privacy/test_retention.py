"""What is erased by itself: everything in its time and nothing before, in batches, with counts in
the trail and no page broken.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, scoped_session

from annualwheel import audit
from annualwheel.accounts import staff
from annualwheel.contacts.imports import reading, storing
from annualwheel.db import Base, db
from annualwheel.errors import Refused
from annualwheel.jobs import sweep
from annualwheel.mail import outbox
from annualwheel.mailings import failures, sending
from annualwheel.models import (
    Audit,
    File,
    FileChunk,
    Import,
    Mailing,
    Message,
    MessageBody,
    StaffLink,
    StaffSession,
    Submission,
    SubmissionVersion,
    SubmittedAnswer,
)
from annualwheel.models.drafts import Answer, Item
from annualwheel.participation import address_change
from annualwheel.preparation import items, submission
from annualwheel.privacy import retention
from tests.conftest import START, Fixed
from tests.makers.guests import in_hand, mails, make_guest, make_meeting
from tests.makers.region import make_staff, make_year, sign_in
from tests.makers.writers import CLOSES, OPEN, add_initiative, item_of, make_members, write
from tests.tiny_browser import Browser

DAY, MINUTE = dt.timedelta(days=1), dt.timedelta(minutes=1)


def count(table: type[Base]) -> int:
    return db.session.query(table).count()


def due(key: str, now: dt.datetime) -> int:
    """How many would go, which is how many do."""
    before = retention.count(retention.RULES[key], now)
    assert retention.erase(retention.RULES[key], now) == before
    return before


def sent(message: Message) -> Message:
    message.state = "sent"
    db.session.commit()
    return message


def test_the_text_of_a_mail_goes_180_days_after_the_meeting(
    session: scoped_session[Session],
) -> None:
    meeting = make_meeting()
    make_guest(meeting)
    by_mailing = Mailing(
        meeting=meeting, kind="results", audience={}, confirm_key="a", created_at=START
    )
    db.session.add(by_mailing)
    db.session.flush()
    outbox.put(
        "a",
        "test_mail",
        outbox.Recipient("a@kommun.example", ""),
        {"sent_at": "nu"},
        {},
        START,
        mailing=by_mailing,
    )
    waiting = outbox.put(
        "b", "test_mail", outbox.Recipient("a@kommun.example", ""), {"sent_at": "nu"}, {}, START
    )
    db.session.commit()
    for message in mails():
        message.state = "queued" if message is waiting else "sent"
    db.session.commit()
    last = meeting.ends_at + retention.MAILS
    assert (
        due("mails", last),
        due("mails", last + MINUTE),
        count(MessageBody),
        count(Message),
    ) == (0, 2, 1, 3)


def test_the_text_of_a_mail_about_no_meeting_goes_180_days_after_it_was_written(
    session: scoped_session[Session],
) -> None:
    sent(
        outbox.put(
            "b", "test_mail", outbox.Recipient("a@kommun.example", ""), {"sent_at": "nu"}, {}, START
        )
    )
    assert (
        due("mails", START + retention.MAILS),
        due("mails", START + retention.MAILS + MINUTE),
    ) == (0, 1)


def test_a_mail_without_its_text_is_shown_and_cannot_be_sent(
    session: scoped_session[Session], visitor: Browser
) -> None:
    guest = make_guest(make_meeting())
    message = mails()[0]
    outbox.mark_failed(in_hand(message), "550 no such user")
    db.session.commit()
    office = (
        sign_in(visitor, make_staff())
        .open(f"/utskick/mejl/{message.public_id}")
        .see("Rätta och skicka igen", "Hej Maria!")
    )
    assert due("mails", guest.meeting.ends_at + 181 * DAY) == 1
    db.session.commit()
    office.open(f"/utskick/mejl/{message.public_id}").see("Texten i mejlet är raderad").miss(
        "Rätta och skicka igen", "Hej Maria!"
    )
    office.open("/utskick").see("Maria Lindqvist").open(f"/anmalningar/{guest.public_id}").see(
        "Maria Lindqvist"
    )
    with pytest.raises(Refused, match="text_erased"):
        failures.send_again(message, START, audit.SYSTEM)
    with pytest.raises(Refused, match="text_erased"):
        failures.correct_address(message, "maria@region.example", START, audit.SYSTEM)
    assert message.state == "failed"


def test_an_address_is_corrected_though_old_mails_have_no_text(
    session: scoped_session[Session],
) -> None:
    guest = make_guest(make_meeting())
    outbox.mark_failed(in_hand(mails()[0]), "550")
    db.session.delete(mails()[0].body)
    db.session.commit()
    assert address_change.rename(
        guest.person, "Maria", "Lindqvist", "maria@region.example", START, audit.SYSTEM
    )


def test_a_draft_goes_30_days_after_the_meeting_and_what_was_submitted_stays(
    session: scoped_session[Session],
) -> None:
    member = make_members("Maria")[0]
    card = add_initiative(member, titel="Ett")
    write(member, item_of(member, "strukturer/arbete"), skapa="Text")
    over = member.submission.questionnaire.meeting.ends_at + retention.DRAFTS
    places = count(Item)
    member.submission.reopened_until = over + DAY
    db.session.commit()
    assert (due("drafts", over), due("drafts", over + MINUTE)) == (0, 0)
    member.submission.reopened_until, member.submission.submitted_at = None, CLOSES
    db.session.commit()
    assert due("drafts", over + MINUTE) == 0
    member.submission.submitted_at = None
    db.session.commit()
    assert due("drafts", over + MINUTE) == 1
    assert (count(Answer), count(Item), db.session.get(Item, card.id), count(Submission)) == (
        0,
        places - 1,
        None,
        1,
    )
    assert due("drafts", over + MINUTE) == 0


def test_the_history_and_the_answers_of_a_removed_card_go_after_30_days(
    session: scoped_session[Session],
) -> None:
    member = make_members("Maria")[0]
    card = add_initiative(member, titel="Ett")
    written = count(Answer)
    items.remove(member.submission, card.public_id, member.person, OPEN)
    assert (
        due("removed_items", OPEN + items.KEPT),
        due("removed_items", OPEN + items.KEPT + MINUTE),
        count(Answer),
    ) == (0, written, 0)


def test_rows_of_a_version_that_has_been_replaced_go_at_once(
    session: scoped_session[Session],
) -> None:
    member = make_members("Maria")[0]
    add_initiative(member, titel="Ett")
    first = submission.submit(member, OPEN)
    kept = count(SubmittedAnswer)
    assert (due("submitted_answers", OPEN), count(SubmittedAnswer)) == (0, kept)
    # As if the rows of the first version had been left behind.
    session.add(
        SubmissionVersion(
            submission=member.submission,
            number=2,
            digest=first.digest,
            content=first.content,
            by=member.person,
            at=OPEN,
        )
    )
    session.flush()
    assert (due("submitted_answers", OPEN), count(SubmittedAnswer)) == (kept, 0)
    assert count(SubmissionVersion) == 2


def test_sign_ins_go_30_days_after_their_end(
    session: scoped_session[Session], visitor: Browser, new_visitor: Any
) -> None:
    karin = make_staff()
    sign_in(visitor, karin)
    sign_in(new_visitor(), karin)
    ended = db.session.query(StaffSession).order_by(StaffSession.id).first()
    assert ended is not None
    ended.ended_at = START
    db.session.commit()
    assert (due("sessions", START + 30 * DAY), due("sessions", START + 30 * DAY + MINUTE)) == (0, 1)
    assert (
        due("sessions", START + staff.SESSION_LIFE + 30 * DAY),
        due("sessions", START + staff.SESSION_LIFE + 30 * DAY + MINUTE),
    ) == (0, 1)
    lives = staff.LINK_LIFE + 30 * DAY
    assert (
        due("sign_in_links", START + lives),
        due("sign_in_links", START + lives + MINUTE),
        count(StaffLink),
    ) == (0, 2, 0)


def test_previews_go_after_a_week_and_unread_rows_after_30_days(
    session: scoped_session[Session],
) -> None:
    year, content = make_year(), reading.lists(b"Namn;E-post;Organisation\nBo Ek;fel;Arvika\n")
    kept = storing.keep(storing.listed(content), "a.csv", year, "Karin", audit.SYSTEM, START)
    written = storing.keep(storing.listed(content), "b.csv", year, "Karin", audit.SYSTEM, START)
    written.state, written.written_at = "written", START
    db.session.commit()
    assert (due("previews", START + 7 * DAY), due("previews", START + 7 * DAY + MINUTE)) == (0, 1)
    assert db.session.query(Import).one() is written and kept is not written and written.rows
    assert (
        due("unread_rows", START + 30 * DAY),
        due("unread_rows", START + 30 * DAY + MINUTE),
        due("unread_rows", START + 40 * DAY),
    ) == (0, 1, 0)
    db.session.expire_all()
    assert written.rows == []


def test_the_content_of_an_expired_file_goes_and_that_of_others_stays(
    session: scoped_session[Session],
) -> None:
    for name, days in (("first.xlsx", 1), ("second.xlsx", 2)):
        file = File(name=name, media_type="", created_at=START, expires_at=START + days * DAY)
        db.session.add(file)
        db.session.flush()
        db.session.add(FileChunk(file_id=file.id, number=0, content=name.encode()))
    db.session.commit()
    assert (due("pack_files", START + DAY), due("pack_files", START + DAY + MINUTE)) == (0, 1)
    assert db.session.scalars(sa.select(FileChunk.content)).all() == [b"second.xlsx"]


def test_a_batch_is_bounded_and_the_hour_takes_them_all(
    session: scoped_session[Session], clock: Fixed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention.erase, "__defaults__", (2,))
    for number in range(5):
        sent(
            outbox.put(
                f"t{number}",
                "test_mail",
                outbox.Recipient("a@kommun.example", ""),
                {"sent_at": "nu"},
                {},
                START,
            )
        )
    assert retention.erase(retention.RULES["mails"], START + 200 * DAY) == 2
    db.session.commit()
    clock.set(START + 200 * DAY)
    sweep.sweep_minute()
    assert count(MessageBody) == 0
    row = db.session.query(Audit).filter_by(verb="retention_run").one()
    assert (row.actor_kind, row.subject_kind, row.details) == ("system", "retention", {"mails": 3})


def test_the_page_says_how_many_and_the_press_erases_them(
    session: scoped_session[Session], visitor: Browser, clock: Fixed
) -> None:
    boss = make_staff("administrator", "Astrid Admin")
    sent(
        outbox.put(
            "a", "test_mail", outbox.Recipient("a@kommun.example", ""), {"sent_at": "nu"}, {}, START
        )
    )
    sign_in(visitor, boss).open("/installningar").follow("Vad som raderas och när").see(
        "Inget ska raderas just nu."
    )
    visitor.see("Texten i skickade mejl", "180 dagar efter mötet", "Nästa gång är kl. 10.00").miss(
        "Radera 1 nu"
    )
    clock.set(START + 200 * DAY + 20 * MINUTE)
    sign_in(visitor, boss, clock.now()).open("/installningar/gallring").see(
        "2 saker i tabellen ska raderas nu"
    ).press("Radera 2 nu")
    visitor.see(
        "Raderat: ",
        "Texten i skickade mejl (1)",
        "Inloggningslänkar (1)",
        "Inget ska raderas just nu.",
    )
    assert db.session.query(Audit).filter_by(verb="retention_run").one().actor_id == boss.id
    visitor.open("/installningar/gallring")
    assert sending.left_behind(clock.now()) == []


@pytest.mark.parametrize("role", ["coordinator", "facilitator"])
def test_only_an_administrator_erases(
    session: scoped_session[Session], visitor: Browser, role: str
) -> None:
    sign_in(visitor, make_staff(role))
    assert [
        visitor.fetch(method, "/installningar/gallring").status_code for method in ("GET", "POST")
    ] == [403, 403]
