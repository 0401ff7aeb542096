"""What is counted when somebody causes mail to others: the mailbox, the chain, the network."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask import Flask

from annualwheel import audit, limits
from annualwheel.access import personal_links
from annualwheel.access.links import Target
from annualwheel.contacts import budgets, folding, people
from annualwheel.contacts.budgets import Cause
from annualwheel.db import db
from annualwheel.errors import Refused, TooMany
from annualwheel.models import Attempt, Registration
from annualwheel.participation import address_change, open_registration, replies
from annualwheel.preparation import notices, submission
from annualwheel.registrations import invitations
from tests.conftest import START
from tests.makers.guests import mails, make_guest, make_meeting, reply_of
from tests.makers.writers import OPEN, add_initiative, make_members

HOUR = dt.timedelta(hours=1)
MEMBER, STRANGER = Cause(1, False, "192.0.2.1"), Cause(2, True, "192.0.2.1")
ULLA = "ulla@annan.example"


@pytest.mark.parametrize(
    ("address", "mailbox"),
    [
        ("Ulla+prov@Annan.example", ULLA),
        ("ulla+a+b@annan.example", ULLA),
        ("+ulla@annan.example", "+ulla@annan.example"),
        ("ul.la@annan.example", "ul.la@annan.example"),
        ("@".join(("U.l.la+x", "googlemail.com")), "@".join(("ulla", "gmail.com"))),
    ],
)
def test_an_alias_counts_as_its_mailbox(address: str, mailbox: str) -> None:
    assert folding.mailbox(address) == mailbox


def test_a_mailbox_has_a_budget_for_an_hour_and_one_for_a_day(session: Any) -> None:
    for hour in range(3):
        for _mail in range(3):
            budgets.reach(MEMBER, ULLA, 1, START + hour * 2 * HOUR)
        with pytest.raises(TooMany, match=r"too_many_mails(_today)?$"):
            budgets.reach(MEMBER, "ulla+x@annan.example", 1, START + hour * 2 * HOUR)
    with pytest.raises(TooMany, match="too_many_mails_today"):
        budgets.reach(MEMBER, ULLA, 1, START + 7 * HOUR)
    budgets.reach(MEMBER, ULLA, 1, START + 25 * HOUR)


def test_two_chains_share_the_budget_of_a_mailbox(session: Any) -> None:
    budgets.reach(MEMBER, ULLA, 2, START)
    with pytest.raises(TooMany):
        budgets.reach(Cause(3, False, ""), ULLA, 2, START)


def test_copies_are_counted_for_each_who_is_answered_for(session: Any) -> None:
    for root in range(10, 18):
        budgets.copy(Cause(root, False, ""), ULLA, 2, START)
    with pytest.raises(TooMany):
        budgets.copy(Cause(10, False, ""), ULLA, 2, START)
    # They leave nothing for mail that others cause.
    with pytest.raises(TooMany):
        budgets.reach(MEMBER, ULLA, 1, START)


def test_a_chain_and_a_network_have_a_budget(session: Any) -> None:
    budgets.spend(MEMBER, 80, START)
    with pytest.raises(TooMany):
        budgets.spend(MEMBER, 1, START)
    for root in range(10, 12):
        budgets.spend(Cause(root, False, "192.0.2.1"), 80, START)
    with pytest.raises(TooMany):
        budgets.spend(Cause(12, False, "192.0.2.1"), 61, START)
    budgets.spend(Cause(13, False, "192.0.2.2"), 61, START)
    with pytest.raises(TooMany):
        budgets.spend(STRANGER, 10, START)


def test_only_hashes_under_the_key_are_kept_and_an_old_key_still_counts(app: Flask) -> None:
    with app.app_context():
        limits.count("try", ULLA, START, 2, HOUR)
        (first,) = db.session.query(Attempt.key_hash).one()
        db.session.commit()
    old = dict(app.config)
    try:
        app.config.update(SECRET_KEY="n" * 40, SECRET_KEY_FALLBACKS=[old["SECRET_KEY"]])
        with app.app_context():
            limits.count("try", ULLA, START, 2, HOUR)
            with pytest.raises(TooMany):
                limits.count("try", ULLA, START, 2, HOUR)
            hashes = {key for (key,) in db.session.query(Attempt.key_hash)}
        assert len(hashes) == 2 and first in hashes
        app.config.update(SECRET_KEY="x" * 40, SECRET_KEY_FALLBACKS=[])
        with app.app_context():
            # Nobody without the keys finds out whom an attempt was counted for.
            limits.count("try", ULLA, START, 1, HOUR)
            db.session.rollback()
    finally:
        app.config.update(old)


# The chain


def test_whoever_is_brought_counts_with_the_one_at_the_root(session: Any) -> None:
    guest = make_guest(make_meeting())
    place, root = guest.organisation, guest.person
    first = people.add_beside(root, place, "Eva", "Nord", "eva@kommun.example")
    second = people.add_person("Olle", "Sund", "olle@kommun.example", place, by=first)
    assert [budgets.root_of(one) for one in (root, first, second)] == [root.id] * 3


def test_a_stranger_who_is_then_brought_gets_no_budget_of_their_own(session: Any) -> None:
    guest = make_guest(make_meeting())
    stranger = people.new_person("Eva", "Nord", "eva@kommun.example")
    db.session.flush()
    people.add_person("Eva", "Nord", stranger.email, guest.organisation, by=guest.person)
    assert budgets.root_of(stranger) == guest.person_id


def test_whom_staff_invite_begins_a_chain(session: Any) -> None:
    guest = make_guest(make_meeting())
    brought = people.add_beside(
        guest.person, guest.organisation, "Eva", "Nord", "eva@kommun.example"
    )
    invitations.invite(guest.meeting, brought, guest.organisation, START)
    assert budgets.root_of(brought) == brought.id


# An address that somebody has typed as their own


@pytest.fixture
def moved(session: Any) -> Registration:
    """Maria has said yes, with an address that nobody has proved to be hers."""
    guest = make_guest(make_meeting())
    reply = reply_of(guest, email=ULLA, copy_to="")
    return replies.register(guest, reply, START, audit.participant(guest.person_id))


def test_until_a_mailed_link_is_opened_only_the_address_can_be_corrected(
    moved: Registration,
) -> None:
    actor = audit.participant(moved.person_id)
    before = len(mails())
    with pytest.raises(Refused, match="address_unproven"):
        replies.register(moved, reply_of(moved, title="Chef"), START, actor)
    assert len(mails()) == before
    replies.register(moved, reply_of(moved, email="maria.l@kommun.example"), START, actor)
    told = [one.kind for one in mails()[before:] if one.address == ULLA]
    # The entry leaves the calendar that may be somebody else's, and nothing is told about Maria.
    assert told == ["calendar_cancel"]
    address_change.prove(moved.person, START)
    replies.register(moved, reply_of(moved, title="Chef"), START, actor)


def test_a_mailbox_that_has_had_mail_from_others_is_nobodys_new_address(session: Any) -> None:
    guest = make_guest(make_meeting())
    budgets.reach(MEMBER, ULLA, 1, START)
    with pytest.raises(TooMany, match="too_many_to_new_address"):
        replies.register(
            guest, reply_of(guest, email=ULLA), START, audit.participant(guest.person_id)
        )


def test_staff_vouch_for_an_address_that_they_write(moved: Registration) -> None:
    address_change.rename(
        moved.person, "Maria", "Lindqvist", "m@kommun.example", START, audit.staff(1)
    )
    assert not moved.person.address_unproven


# Receipts go with a submission that is never refused


def test_others_get_no_more_receipts_than_their_mailbox_allows(session: Any) -> None:
    maria, anna = make_members("Maria", "Anna")
    for number in range(5):
        add_initiative(anna)
        version = submission.submit(maria, OPEN)
        names = notices.receipts_of(version)
        assert ("Anna Berg" in names) is (number < 3)
        assert "Maria Lindqvist" in names


# Signing out


def test_only_a_session_that_still_holds_ends_the_others(session: Any) -> None:
    guest = make_guest(make_meeting())
    target = Target("registration", guest.public_id, guest.link_version)
    personal_links.sign_out([(target, 0)])
    personal_links.sign_out([(target, 0)])
    db.session.refresh(guest)
    assert guest.sign_outs == 1


def test_an_open_registration_counts_for_the_mailbox_whoever_has_it(session: Any) -> None:
    meeting = make_meeting()
    place = make_guest(meeting).organisation
    for address in ("maria@kommun.example", "okand@kommun.example"):
        for number in range(2):
            who = open_registration.Applicant("Eva", f"Nord{number}", address)
            open_registration.apply(meeting, place, who, "192.0.2.1", START)
        with pytest.raises(TooMany, match="too_many_asked"):
            open_registration.apply(meeting, place, who, "192.0.2.1", START)
