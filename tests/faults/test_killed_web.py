"""`kill -9` on every web process, again and again, while people register."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from annualwheel.db import db
from annualwheel.models import Registration
from tests.faults.conftest import Crowd, Service, invited, say_yes, told

pytestmark = pytest.mark.fault
# So many have heard that they are registered between two kills.
STEP = 4


@pytest.mark.race
def test_who_was_told_that_they_are_registered_is_and_gets_one_mail(
    service: Service, app: Flask, session: scoped_session[Session], times: int
) -> None:
    people = invited(STEP * (times + 1))
    with Crowd(service.settings.base_url, people, say_yes) as crowd:
        for number in range(times):
            crowd.reached(STEP * (number + 1))
            service.kill()
            service.start()
    assert len(crowd.done) == len(people)
    db.session.rollback()
    assert set(db.session.scalars(sa.select(Registration.state))) == {"registered"}
    assert told() == {
        (person.id, kind): 1 for person in people for kind in ("confirmation", "calendar_request")
    }
