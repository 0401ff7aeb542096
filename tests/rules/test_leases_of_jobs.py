"""A long job keeps its row as long as it works, and hears of it when it has lost it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from annualwheel import leases
from annualwheel.db import db
from annualwheel.jobs import keeping
from annualwheel.models import Pack
from tests.conftest import START, Fixed
from tests.makers.guests import make_meeting

MOMENT = dt.timedelta(microseconds=1)
STATES = ("queued", "building")
PATIENCE = 60.0
pytestmark = [pytest.mark.fault, pytest.mark.usefixtures("session")]


@pytest.fixture
def pack(session: Any) -> Pack:
    made = Pack(meeting=make_meeting(), by_id=None, created_at=START)
    db.session.add(made)
    db.session.commit()
    return made


def take(pack: Pack, worker: str, now: dt.datetime = START) -> bool:
    taken = leases.take(Pack, pack.id, STATES, worker, now, state="building")
    db.session.commit()
    db.session.refresh(pack)
    db.session.commit()
    return taken


def test_a_row_is_one_workers_until_its_lease_is_over(pack: Pack) -> None:
    assert take(pack, "a")
    assert (pack.lease_by, pack.lease_until, pack.tries) == ("a", START + leases.LEASE, 1)
    assert not take(pack, "b") and not take(pack, "a", START + leases.LEASE)
    assert take(pack, "b", START + leases.LEASE + MOMENT)
    assert (pack.lease_by, pack.tries) == ("b", 2)


def test_a_row_in_another_state_is_not_taken(pack: Pack) -> None:
    pack.state = "cancelled"
    assert not take(pack, "a")


def test_only_the_one_who_has_it_renews_it(pack: Pack) -> None:
    take(pack, "a")
    later = START + leases.LEASE
    assert keeping.execute(leases.renewal(Pack, pack.id, "b", later)) == 0
    assert keeping.execute(leases.renewal(Pack, pack.id, "a", later)) == 1
    db.session.refresh(pack)
    assert pack.lease_until == later + leases.LEASE
    leases.let_go(pack)
    db.session.commit()
    assert keeping.execute(leases.renewal(Pack, pack.id, "a", later)) == 0


def test_the_lease_is_renewed_while_the_job_works(
    pack: Pack, clock: Fixed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "RENEWED_EVERY", 0.01)
    take(pack, "a")
    clock.advance(leases.LEASE)
    with keeping.kept(Pack, pack.id, "a") as lost:
        while pack.lease_until != START + 2 * leases.LEASE:
            assert not lost.wait(0.01)
            db.session.refresh(pack)
            db.session.commit()


def test_a_job_hears_that_it_has_lost_its_lease(
    pack: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "RENEWED_EVERY", 0.01)
    take(pack, "a")
    with keeping.kept(Pack, pack.id, "a") as lost:
        keeping.execute(sa.update(Pack).values(lease_by="b"))
        assert lost.wait(PATIENCE)
