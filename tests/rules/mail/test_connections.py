"""A connection that rests in the pool may die there: a server that is restarted must not cost
anyone a page.
"""

from __future__ import annotations

import sys

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from annualwheel.db import db
from tests import databases
from tests.conftest import Places


@pytest.mark.postgresql
@pytest.mark.parametrize("rested", [True, False])
def test_a_connection_that_died_at_rest_is_replaced(
    places: Places, monkeypatch: pytest.MonkeyPatch, rested: bool
) -> None:
    app = places.app("postgresql")
    with app.app_context():
        ours = db.session.scalar(sa.select(sa.func.pg_backend_pid()))
        db.session.remove()
        with psycopg.connect(databases.maintenance_url(), autocommit=True) as server:
            server.execute("SELECT pg_terminate_backend(%s, 5000)", [ours])
        monkeypatch.setattr(sys.modules["annualwheel.engines"], "REST", 0.0 if rested else 60.0)
        if rested:
            assert db.session.scalar(sa.select(sa.func.pg_backend_pid())) != ours
        else:
            with pytest.raises(OperationalError):
                db.session.scalar(sa.select(1))
        db.session.remove()
