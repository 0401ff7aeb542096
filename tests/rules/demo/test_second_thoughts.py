"""The demonstration year has what does not go as people first thought."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.models import Audit, Meeting, Message, Registration, Year
from tests.rules.demo.conftest import on_one


@pytest.fixture
def direction(latest: Year) -> Meeting:
    """The direction meeting of a demonstration that is begun at `BEGUN`."""
    return years.meeting_of(latest.number, "direction")


@on_one
def test_a_substitution_is_undone_a_mail_goes_again_and_somebody_is_wanted(
    direction: Meeting,
) -> None:
    undone = db.session.scalars(
        sa.select(Audit).where(
            Audit.verb == "substitution_undone", Audit.meeting_id == direction.id
        )
    ).one()
    back = db.session.get_one(Registration, undone.subject_id)
    assert (back.state, back.link_version) == ("registered", 1)
    kinds = [(mail.kind, mail.state) for mail in mails()]
    assert kinds.count(("substitute_recalled", "queued")) == 1
    assert kinds.count(("wanted", "queued")) == 1
    copy = next(mail for mail in mails() if ":again:" in mail.key)
    first = next(mail for mail in mails() if mail.key == copy.key.partition(":again:")[0])
    assert (copy.kind, copy.state, first.state) == ("confirmation", "queued", "sent")


def mails() -> list[Message]:
    return list(db.session.scalars(sa.select(Message).order_by(Message.id)))
