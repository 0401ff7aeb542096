"""A large mailing that a job writes: what cannot be written fails alone.

A job that is killed, or has lost its lease, neither writes twice nor leaves anybody out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from annualwheel import audit, leases
from annualwheel.db import db
from annualwheel.jobs import building, sweep
from annualwheel.mailings import sending
from annualwheel.models import Mailing
from tests.conftest import START, Fixed
from tests.makers.guests import mails
from tests.makers.region import make_staff, sign_in
from tests.rules.mailings.test_pausing import large, prepared
from tests.tiny_browser import Browser
from tests.watching import listening

MINUTE = dt.timedelta(minutes=1)
EVERYBODY = {f"gast{number}@kommun.example" for number in range(5)}
pytestmark = pytest.mark.usefixtures("session")
__all__ = ["large"]


@contextmanager
def failing(address: str, error: Exception) -> Iterator[None]:
    """The mail to this address cannot be stored."""

    def note(*given: Any) -> None:
        if given[2].startswith("INSERT INTO messages") and address in str(given[3]):
            raise error

    with listening(db.engine, note):
        yield


def written(mailing: Mailing) -> set[str]:
    found = [mail.address for mail in mails() if mail.mailing_id == mailing.id]
    assert len(found) == len(set(found))
    return set(found)


def again(mailing: Mailing) -> Mailing:
    db.session.refresh(mailing)
    return mailing


def test_a_mail_that_cannot_be_written_keeps_no_other_back(visitor: Browser) -> None:
    mailing = prepared()
    with failing("gast1@kommun.example", ValueError("unwritable")):
        building.prepare(mailing.id)
    assert written(mailing) == EVERYBODY - {"gast1@kommun.example"}
    assert (again(mailing).state, mailing.unwritten, mailing.lease_until) == ("sending", 1, None)
    progress = sending.progress_of(mailing)
    assert (progress.total, progress.skipped, progress.unwritten) == (4, 0, 1)
    sign_in(visitor, make_staff()).open(f"/utskick/{mailing.public_id}")
    visitor.see("1 mejl gick inte att skriva")


def test_when_the_database_fails_all_are_tried_again(
    clock: Fixed, work: Callable[[], int], visitor: Browser
) -> None:
    mailing = prepared()
    office = sign_in(visitor, make_staff())
    page = f"/utskick/{mailing.public_id}"
    with (
        failing("gast3@kommun.example", OperationalError("", {}, Exception("gone"))),
        pytest.raises(OperationalError),
    ):
        building.prepare(mailing.id)
    db.session.rollback()
    assert written(mailing) == {"gast0@kommun.example", "gast1@kommun.example"}
    assert (again(mailing).state, mailing.unwritten) == ("preparing", 0)
    office.open(page).miss("har stannat")
    clock.advance(leases.LEASE + MINUTE)
    office.open(page).see("Arbetet har stannat", "inom två minuter")
    sweep.sweep_minute()
    work()
    assert written(mailing) == EVERYBODY
    assert (again(mailing).state, mailing.tries) == ("sending", 2)


def test_a_mailing_that_a_worker_writes_is_left_to_it(clock: Fixed) -> None:
    mailing = prepared()
    assert sending.take(mailing.id, "a", clock.now())
    db.session.commit()
    building.prepare(mailing.id)
    assert written(mailing) == set()
    assert sending.left_behind(clock.now() + leases.LEASE) == []
    assert sending.left_behind(clock.now() + leases.LEASE + MINUTE) == [mailing.id]


def test_a_worker_that_has_lost_its_lease_writes_no_more(clock: Fixed) -> None:
    mailing = prepared()
    assert sending.take(mailing.id, "a", clock.now())
    again(mailing)
    people = sending.remaining(mailing, START)
    assert sending.write_batch(mailing, people[:2], START, "a")
    assert sending.take(mailing.id, "b", clock.now() + leases.LEASE + MINUTE)
    assert not sending.write_batch(mailing, people[2:], START, "a")
    sending.let_go(mailing, "a", is_written=True)
    assert (mailing.state, mailing.lease_by) == ("preparing", "b")
    assert sending.write_batch(mailing, people, START, "b")
    sending.let_go(mailing, "b", is_written=True)
    assert (mailing.state, mailing.lease_until, written(mailing)) == ("sending", None, EVERYBODY)


def test_a_mailing_that_is_paused_is_let_go_and_can_go_on_at_once(clock: Fixed) -> None:
    mailing = prepared()
    assert sending.take(mailing.id, "a", clock.now())
    people = sending.remaining(again(mailing), START)
    sending.pause(mailing, START, audit.SYSTEM)
    assert not sending.write_batch(mailing, people, START, "a")
    sending.let_go(mailing, "a", is_written=False)
    assert (mailing.state, mailing.lease_until) == ("paused", None)
    sending.resume(mailing, START, audit.SYSTEM)
    db.session.commit()
    building.prepare(mailing.id)
    assert (again(mailing).state, written(mailing)) == ("sending", EVERYBODY)
