"""The one commit of a request or a job, the way back when an act is refused, and long reading."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from annualwheel import limits, transactions
from annualwheel.db import db
from annualwheel.mail import claiming, outbox, requests
from annualwheel.services import enqueue


def commit() -> None:
    """The one commit of a request: commits, then hands what it put to the queue.

    Mails go in chunks, and each request for a mail by itself.
    """
    db.session.flush()
    ids, requested = outbox.take_queued(), requests.take_put()
    db.session.commit()
    limits.take_counted()
    # After the commit, so that a worker finds the rows. What is lost in between the sweep takes up.
    # In chunks, since a worker claims all mails of a job with one statement.
    for start in range(0, len(ids), claiming.CHUNK):
        enqueue("send", ids[start : start + claiming.CHUNK])
    for request_id in requested:
        enqueue("answer", request_id)


def start_over() -> None:
    """Undoes all that an act wrote, with the attempts it counted: the act is done once more."""
    limits.take_counted()
    db.session.rollback()
    outbox.forget_queued()
    requests.forget_put()


def roll_back() -> None:
    """Undoes all that a refused act wrote, except the attempts it counted.

    They are counted in a short transaction of their own: a refused attempt is an attempt.
    """
    counted = limits.take_counted()
    db.session.rollback()
    outbox.forget_queued()
    requests.forget_put()
    if counted:
        limits.keep(counted)
        db.session.commit()


@contextlib.contextmanager
def one_view() -> Iterator[None]:
    """Lets all that is read in this block be of one moment, as for a list that is read in pieces:
    PostgreSQL keeps the place in it only within a transaction.
    """
    # A commit, since what was loaded before the block may be used in it.
    db.session.commit()
    try:
        with transactions.in_one_view():
            yield
            db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
