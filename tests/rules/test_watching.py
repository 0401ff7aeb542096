"""What a test does to its process does not reach the next one."""

from __future__ import annotations

import logging
import logging.config

import pytest
import sqlalchemy as sa

from annualwheel import log
from config import Settings
from tests.watching import listening, log_kept


def test_the_log_is_put_back() -> None:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    with log_kept():
        log.prepare_log(Settings(secret_keys=("k" * 40,)))
        assert (root.handlers, root.level) != before
    assert (root.handlers, root.level) == before


def test_silencing_the_loggers_of_the_process_is_seen_and_undone() -> None:
    logger = logging.getLogger("tests.prov")
    with pytest.raises(AssertionError, match=r"tests\.prov"), log_kept():
        logging.config.dictConfig({"version": 1})
        assert logger.disabled
    assert not logger.disabled


def test_nobody_listens_after_a_failure() -> None:
    engine, seen = sa.create_engine("sqlite://"), list[object]()
    with pytest.raises(RuntimeError), listening(engine, lambda *given: seen.append(given[2])):
        with engine.connect() as connection:
            connection.execute(sa.text("SELECT 1"))
        raise RuntimeError
    with engine.connect() as connection:
        connection.execute(sa.text("SELECT 2"))
    engine.dispose()
    assert seen == ["SELECT 1"]
