"""A mailbox that has had all the mail that others may cause, and an address that is not proven."""

from __future__ import annotations

import sqlalchemy as sa

from annualwheel import audit, limits
from annualwheel.contacts import budgets
from annualwheel.db import db
from annualwheel.models import Meeting, Person
from annualwheel.participation import replies
from annualwheel.participation.replies import Reply
from scenes.world import START, World

FULL = "full.provbox@kommun.example"


def make(world: World, meeting: Meeting) -> None:
    """Fills the mailbox, and lets somebody in who has just typed a new address of their own."""
    for kind in ("caused_by_members", "caused_by_strangers"):
        limits.note(kind, FULL, START, budgets.FROM_MEMBERS[0].at_most)
    erik = db.session.scalars(
        sa.select(Person).where(Person.name_folded == "erik exempelsand").limit(1)
    ).one()
    chain = f"{budgets.root_of(erik)}:{FULL}"
    limits.note("caused_in_chain", chain, START, budgets.FROM_MEMBERS[0].at_most)
    moa = world.invite("new_address", meeting, "Moa Provflytt", "Sunne kommun")
    reply = Reply("Moa", "Provflytt", "moa.provflytt@ny.example", "strateg", "", False)
    replies.register(moa, reply, START, audit.participant(moa.person_id))
    world.let_in("new_address", moa)
