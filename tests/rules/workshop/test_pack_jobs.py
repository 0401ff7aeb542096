"""A pack as a job: taken up when its worker is gone, built once, cancelled, and never the end of
anything else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from annualwheel import audit, leases
from annualwheel.contacts import organisations
from annualwheel.db import db
from annualwheel.errors import Missing
from annualwheel.jobs import building, sweep
from annualwheel.models import File, FileChunk, Meeting, Pack, Staff, SubmissionVersion
from annualwheel.services import services
from annualwheel.workshop import packs
from annualwheel.workshop.pack import writer as writing
from tests.conftest import START, Fixed
from tests.makers.region import make_staff
from tests.makers.submitted import Written, make_submitted, make_work_meeting
from tests.rules.preparation.test_two_at_once import behind_our_back
from tests.watching import listening

# In the statement that reads the answers.
CONTENT = "submission_versions.content"
MINUTE = dt.timedelta(minutes=1)
pytestmark = [pytest.mark.fault, pytest.mark.usefixtures("session")]


@pytest.fixture
def meeting(session: Any) -> Meeting:
    made = make_work_meeting()
    for name in ("Arvika kommun", "Årjängs kommun", "Sunne kommun"):
        make_submitted(made, name, Written(items=()))
    db.session.commit()
    return made


@pytest.fixture
def karin(session: Any) -> Staff:
    return make_staff()


def ask(meeting: Meeting, by: Staff, language: str = "sv") -> Pack:
    pack = packs.ask(meeting, by, language, services().clock.now())
    db.session.commit()
    return pack


def now_is(pack: Pack) -> tuple[str, int]:
    """The state of the pack, and how many workers have begun."""
    db.session.refresh(pack)
    return pack.state, pack.tries


def pieces() -> int:
    return db.session.query(FileChunk).count()


@contextmanager
def before(part: str, act: Callable[[], object]) -> Iterator[None]:
    """Does `act` before the first statement that has this part."""
    done: list[str] = []

    def note(*given: Any) -> None:
        if part in given[2] and not done:
            done.append(part)
            act()

    with listening(db.engine, note):
        yield
    assert done, f"nothing had {part}"


def test_pressed_eight_times_it_is_built_once(
    meeting: Meeting, karin: Staff, work: Callable[[], int]
) -> None:
    asked = [ask(meeting, karin) for _press in range(4)]
    building.build_pack(asked[0].id)
    asked += [ask(meeting, karin) for _press in range(4)]
    assert {one.id for one in asked} == {asked[0].id}
    assert now_is(asked[0]) == ("ready", 1)
    assert ask(meeting, karin, "en") is not asked[0]


def something_is_submitted(meeting: Meeting, _clock: Fixed) -> None:
    make_submitted(meeting, "Torsby kommun", Written(items=()))


def something_is_renamed(meeting: Meeting, _clock: Fixed) -> None:
    found = organisations.organisation_named("Arvika kommun")
    assert found is not None
    organisations.rename_organisation(found, "Arvika stad")
    audit.note(audit.SYSTEM, "organisation_edited", found, START)


def time_goes(_meeting: Meeting, clock: Fixed) -> None:
    clock.advance(packs.GIVEN_AGAIN)


@pytest.mark.parametrize("change", [something_is_submitted, something_is_renamed, time_goes])
def test_a_pack_that_would_say_something_else_is_another_one(
    meeting: Meeting, karin: Staff, clock: Fixed, change: Callable[[Meeting, Fixed], None]
) -> None:
    first = ask(meeting, karin)
    building.build_pack(first.id)
    change(meeting, clock)
    assert ask(meeting, karin) is not first


def test_what_a_killed_worker_left_is_taken_up_within_two_minutes(
    meeting: Meeting, karin: Staff, clock: Fixed, work: Callable[[], int]
) -> None:
    pack = ask(meeting, karin)
    assert packs.take(pack.id, "killed", clock.now())
    file = packs.new_file(pack, 1, clock.now())
    packs.store_piece(file, 0, b"x")
    db.session.commit()
    states = []
    for _minute in range(2):
        clock.advance(MINUTE)
        sweep.sweep_minute()
        work()
        states.append(now_is(pack))
    assert states == [("building", 1), ("ready", 2)]
    assert db.session.query(File).count() == 1
    db.session.expire_all()
    assert packs.require_file(pack, clock.now()).size > 1


def test_a_pack_whose_job_never_came_is_asked_for_again(
    meeting: Meeting, karin: Staff, clock: Fixed, work: Callable[[], int]
) -> None:
    pack = ask(meeting, karin)
    clock.advance(packs.LEFT + MINUTE)
    sweep.sweep_minute()
    work()
    assert now_is(pack) == ("ready", 1)


def test_a_pack_that_a_worker_has_is_left_to_it(
    meeting: Meeting, karin: Staff, clock: Fixed
) -> None:
    pack = ask(meeting, karin)
    assert packs.take(pack.id, "a", clock.now())
    assert packs.take(pack.id, "b", clock.now() + leases.LEASE) is None
    assert not packs.finish(pack, "b", {}, "", clock.now())
    assert packs.left_behind(clock.now() + leases.LEASE) == []
    assert packs.left_behind(clock.now() + leases.LEASE + MINUTE) == [pack.id]


def test_it_is_tried_again_after_the_database_was_away(
    meeting: Meeting, karin: Staff, clock: Fixed, work: Callable[[], int]
) -> None:
    pack = ask(meeting, karin)

    def away() -> None:
        raise OperationalError("", {}, Exception("the server is gone"))

    with before(CONTENT, away):
        building.build_pack(pack.id)
    assert now_is(pack) == ("building", 1)
    clock.advance(leases.LEASE + MINUTE)
    sweep.sweep_minute()
    work()
    assert now_is(pack) == ("ready", 2)


def test_what_goes_wrong_in_our_own_code_is_said_at_once(meeting: Meeting, karin: Staff) -> None:
    pack = ask(meeting, karin)

    def wrong() -> None:
        raise LookupError("wrong")

    with before(CONTENT, wrong):
        building.build_pack(pack.id)
    assert now_is(pack) == ("failed", 1)
    assert pack.lease_until is None


def cancel(pack_id: int) -> None:
    packs.cancel(db.session.get_one(Pack, pack_id), START, audit.SYSTEM)


@pytest.mark.race
def test_a_pack_that_is_cancelled_is_built_no_further(
    app: Flask, meeting: Meeting, karin: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "REPORT_EVERY", 1)
    pack = ask(meeting, karin)
    pack_id = pack.id
    said: list[str] = []
    with (
        before(CONTENT, lambda: behind_our_back(app, lambda: cancel(pack_id))),
        listening(db.engine, lambda *given: said.append(given[2])),
    ):
        building.build_pack(pack.id)
    assert now_is(pack) == ("cancelled", 1)
    assert not any("INTO files" in one for one in said)
    assert (pack.lease_until, pack.done, pieces()) == (None, 0, 0)


@pytest.mark.race
def test_a_pack_that_is_cancelled_unseen_leaves_nothing(
    app: Flask, meeting: Meeting, karin: Staff
) -> None:
    pack = ask(meeting, karin)
    pack_id = pack.id
    # So few answers are reported at the end only.
    with before(CONTENT, lambda: behind_our_back(app, lambda: cancel(pack_id))):
        building.build_pack(pack.id)
    assert now_is(pack) == ("cancelled", 1)
    assert pieces() == db.session.query(File).count() == 0


def test_a_pack_that_is_ready_is_not_cancelled(meeting: Meeting, karin: Staff) -> None:
    pack = ask(meeting, karin)
    building.build_pack(pack.id)
    cancel(pack.id)
    assert now_is(pack) == ("ready", 1)
    with pytest.raises(Missing):
        packs.require_file(pack, START + packs.KEPT + MINUTE)


def test_an_answer_that_cannot_be_read_keeps_no_other_back(meeting: Meeting, karin: Staff) -> None:
    version = db.session.query(SubmissionVersion).order_by(SubmissionVersion.id).first()
    assert version is not None
    version.content = {**version.content, "sections": [{"title": 7}]}
    db.session.commit()
    pack = ask(meeting, karin)
    building.build_pack(pack.id)
    assert now_is(pack) == ("ready", 1)
    assert (pack.counts["answers"], pack.counts["unreadable"]) == (3, 1)
