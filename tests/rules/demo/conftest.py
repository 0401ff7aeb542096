"""The demonstration year, for the tests of what is in it."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy.orm import Session, scoped_session

from annualwheel.cycle import reference, years
from annualwheel.demo import year
from annualwheel.models import Year
from annualwheel.questionnaires import reading
from annualwheel.services import services
from tests.conftest import Fixed

# The fourteen days after the working meeting of the year before have a holiday among them.
BEGUN = dt.datetime(2026, 11, 23, 8, tzinfo=dt.UTC)
# One database is enough: what people have written is the same on both.
on_one = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def latest(session: scoped_session[Session], clock: Fixed) -> Year:
    """The latest year of a demonstration that is begun at `BEGUN`."""
    clock.set(BEGUN)
    reference.ensure()
    year.play(BEGUN, reading.read_all(services().settings.forms_folder))
    found = years.latest()
    assert found is not None
    return found
