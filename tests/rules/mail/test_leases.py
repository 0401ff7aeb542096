"""Whose turn it is in the outbox, to the moment, and what becomes of a mail that is taken."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from annualwheel.db import db
from annualwheel.mail import claiming, outbox, waiting
from annualwheel.mail.claiming import LEASE
from annualwheel.mail.outbox import WAITS, Recipient
from annualwheel.models import Mailing, Meeting, Message
from tests.conftest import START
from tests.makers.guests import in_hand, make_meeting

MOMENT = dt.timedelta(microseconds=1)
pytestmark = pytest.mark.usefixtures("session")


def put(number: int, mailing: Mailing | None = None, now: dt.datetime = START) -> Message:
    """A mail that needs nothing else."""
    to = Recipient(f"p{number}@kommun.example", "Alva Provsson")
    found = outbox.put(
        f"prov:{number}", "test_mail", to, {"sent_at": "nu"}, {}, now, mailing=mailing
    )
    db.session.flush()
    return found


def make_mailing(meeting: Meeting, key: str, state: str = "sending") -> Mailing:
    made = Mailing(
        meeting=meeting, kind="results", audience={}, confirm_key=key, created_at=START, state=state
    )
    db.session.add(made)
    db.session.flush()
    return made


def again(message: Message) -> Message:
    db.session.refresh(message)
    return message


def test_a_mail_is_taken_from_the_moment_it_is_due() -> None:
    message = put(1)
    assert not claiming.any_due(START - MOMENT) and claiming.claim("a", START - MOMENT) == []
    assert claiming.any_due(START) and claiming.claim("a", START) == [message]
    assert (message.state, message.lease_by, message.lease_until, message.attempts) == (
        "sending",
        "a",
        START + LEASE,
        1,
    )


def test_it_is_taken_again_once_its_lease_is_over() -> None:
    message = put(1)
    claiming.claim("a", START)
    assert not claiming.any_due(START + LEASE) and claiming.claim("b", START + LEASE) == []
    assert claiming.claim("b", START + LEASE + MOMENT) == [message]
    assert (message.lease_by, message.attempts) == ("b", 2)


@pytest.mark.parametrize("state", ["sent", "failed", "unknown", "withheld", "dropped", "expired"])
def test_what_is_done_is_not_taken(state: str) -> None:
    put(1).state = state
    db.session.flush()
    assert not claiming.any_due(START) and claiming.claim("a", START) == []


def test_the_oldest_are_taken_first_and_no_more_than_asked_for() -> None:
    late, early, other = put(1, now=START), put(2, now=START - MOMENT), put(3, now=START)
    assert claiming.claim("a", START, at_most=2) == [late, early]
    assert claiming.claim("a", START, at_most=2) == [other]


def test_no_more_are_taken_when_the_database_reads_them_once_for_each_mail() -> None:
    if db.session.get_bind().dialect.name == "postgresql":
        for way in ("hashjoin", "mergejoin", "hashagg", "sort", "material", "indexscan"):
            db.session.execute(sa.text(f"SET LOCAL enable_{way} = off"))
    oldest = [put(number, now=START - (9 - number) * MOMENT) for number in range(6)]
    assert claiming.claim("a", START, at_most=2) == oldest[:2]


def test_only_those_that_are_named_are_taken() -> None:
    first, second = put(1), put(2)
    assert claiming.claim("a", START, [second.id]) == [second]
    assert claiming.claim("a", START, []) == []
    assert again(first).state == "queued"


@pytest.mark.parametrize("state", ["paused", "stopped"])
def test_the_mails_of_a_held_mailing_wait_and_no_others(state: str) -> None:
    meeting = make_meeting()
    paused, going = make_mailing(meeting, "a", state), make_mailing(meeting, "b")
    put(1, paused)
    mails = [put(2, going), put(3)]
    assert claiming.claim("a", START) == mails


def test_a_mail_of_no_mailing_is_queued_at_the_commit() -> None:
    mailing = make_mailing(make_meeting(), "a")
    put(1, mailing)
    message = put(2)
    assert outbox.take_queued() == [message.id]
    assert outbox.take_queued() == []


def test_what_there_was_no_time_for_is_given_back_as_it_was() -> None:
    first, second = put(1), put(2)
    second.attempts, second.state = 1, "retry"
    db.session.flush()
    claiming.give_back(claiming.claim("a", START))
    found = [(again(one).state, one.attempts, one.lease_until) for one in (first, second)]
    assert found == [("queued", 0, None), ("retry", 1, None)]


@pytest.mark.parametrize(("worker", "later"), [("b", LEASE + MOMENT), ("a", LEASE + MOMENT)])
def test_what_has_been_taken_again_is_not_given_back(worker: str, later: dt.timedelta) -> None:
    put(1)
    (kept,) = claiming.claim("a", START)
    db.session.expunge(kept)
    (taken,) = claiming.claim(worker, START + later)
    claiming.give_back([kept])
    assert (again(taken).state, taken.lease_by, taken.attempts) == ("sending", worker, 2)


def test_only_the_mails_that_are_given_back_are() -> None:
    put(1), put(2)
    first, second = claiming.claim("a", START)
    claiming.give_back([first])
    assert [again(one).state for one in (first, second)] == ["queued", "sending"]
    claiming.give_back([])


@pytest.mark.parametrize("attempts", range(1, len(WAITS) + 3))
def test_after_each_failure_it_waits_longer_and_then_as_long_as_before(attempts: int) -> None:
    message = put(1)
    message.attempts = attempts
    outbox.mark_later(in_hand(message), "451 later", START)
    again(message)
    wait = WAITS[min(attempts, len(WAITS)) - 1]
    assert (message.state, message.due_at) == ("retry", START + wait)


@pytest.mark.parametrize(
    ("before", "in_doubt", "state"),
    [
        (False, False, "expired"),
        (True, False, "unknown"),
        (False, True, "unknown"),
    ],
)
def test_after_four_days_it_has_not_left_or_nobody_knows(
    before: bool, in_doubt: bool, state: str
) -> None:
    message = put(1)
    message.attempts, message.may_have_left = 9, before
    last = START + waiting.GIVE_UP - WAITS[-1]
    outbox.mark_later(in_hand(message), "451 later", last, in_doubt=in_doubt)
    assert again(message).state == "retry"
    message.may_have_left = before
    outbox.mark_later(in_hand(message), "451 later", last + MOMENT, in_doubt=in_doubt)
    assert (again(message).state, message.error) == (state, "451 later")


def test_a_mail_that_a_lost_worker_had_may_have_left() -> None:
    message, other = put(1), put(2)
    claiming.claim("a", START, [message.id])
    assert not message.may_have_left
    claiming.claim("b", START + LEASE + MOMENT)
    assert [again(one).may_have_left for one in (message, other)] == [True, False]


def test_what_is_left_of_the_mailings_of_a_meeting_is_dropped_and_nothing_else() -> None:
    meeting, other = make_meeting(), make_meeting(kind="direction")
    first, second = make_mailing(meeting, "a"), make_mailing(meeting, "b")
    elsewhere = make_mailing(other, "c")
    mails = [put(1, first), put(2, first), put(3, first), put(4, second), put(5, elsewhere), put(6)]
    for message, state in zip(mails, ("queued", "retry", "sending"), strict=False):
        message.state = state
    db.session.flush()
    outbox.drop_waiting(meeting, first)
    dropped = ["dropped", "dropped", "sending", "queued", "queued", "queued"]
    assert [again(message).state for message in mails] == dropped
    outbox.drop_waiting(meeting)
    dropped[3] = "dropped"
    assert [again(message).state for message in mails] == dropped


@pytest.mark.parametrize("prefix", ["a_b:", "a%b:", "å:"])
def test_mails_are_found_by_how_their_key_begins_letter_by_letter(prefix: str) -> None:
    for number, key in enumerate((f"{prefix}1", prefix, "axb:1", "aXXb:1", prefix.upper(), "b")):
        put(number).key = key
    db.session.flush()
    found = db.session.query(Message.key).filter(outbox.begins(prefix))
    assert sorted(row.key for row in found) == [prefix, f"{prefix}1"]
