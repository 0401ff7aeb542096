"""Which questionnaire a mailing or a single mail is about, where that must be said.

Looked up for all rows of a page at once, in as many queries however many there are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from annualwheel.db import db
from annualwheel.mail.kinds import KINDS
from annualwheel.models import (
    Mailing,
    Meeting,
    Member,
    Message,
    MessageBody,
    Questionnaire,
    Submission,
)
from annualwheel.questionnaires import opening

LINK = "preparation"


def of_mailings(mailings: Collection[Mailing]) -> Mapping[int, Questionnaire]:
    """The questionnaires of those mailings that are about one of several, by the mailings' ids."""
    about = {
        mailing.id: (mailing.meeting_id, mailing.audience.get("questionnaire", ""))
        for mailing in mailings
    }
    meetings = {meeting_id for meeting_id, key in about.values() if key}
    asked = {
        (one.meeting_id, one.key): one for one in _named(Questionnaire.meeting_id.in_(meetings))
    }
    return {id: asked[place] for id, place in about.items() if place in asked}


def of_mails(mails: Collection[Message]) -> Mapping[int, Questionnaire]:
    """The questionnaires of those mails that are about one of several, by the mails' ids.

    A mail of a mailing is about what its mailing is about, any other about the answer that its link
    opens: so of a mail whose text has been erased only the first is known.
    """
    sent = db.session.scalars(
        sa.select(Mailing).where(Mailing.id.in_({mail.mailing_id for mail in mails}))
    ).all()
    by_mailing = of_mailings(sent)
    found: dict[int, Questionnaire] = {}
    single = []
    for mail in mails:
        if mail.mailing_id is None and LINK in KINDS[mail.kind].links:
            single.append(mail.id)
        elif mail.mailing_id is not None and mail.mailing_id in by_mailing:
            found[mail.id] = by_mailing[mail.mailing_id]
    return found | _opened(single)


def _opened(mail_ids: Collection[int]) -> dict[int, Questionnaire]:
    """What the links of these mails open, by the mails' ids."""
    rows = db.session.execute(
        sa.select(MessageBody.message_id, MessageBody.links).where(
            MessageBody.message_id.in_(mail_ids)
        )
    )
    opens = {mail_id: links[LINK]["public_id"] for mail_id, links in rows if LINK in links}
    answered = db.session.execute(
        sa.select(Member.public_id, Submission.questionnaire_id)
        .join(Member.submission)
        .where(Member.public_id.in_(opens.values()))
    )
    by_member = {row.public_id: row.questionnaire_id for row in answered}
    asked = {one.id: one for one in _named(Questionnaire.id.in_(by_member.values()))}
    found = {mail_id: asked.get(by_member.get(member, 0)) for mail_id, member in opens.items()}
    return {mail_id: one for mail_id, one in found.items() if one is not None}


def _named(condition: sa.ColumnElement[bool]) -> list[Questionnaire]:
    """Those questionnaires that pages must name."""
    rows = db.session.scalars(
        sa.select(Questionnaire)
        .where(condition)
        .options(joinedload(Questionnaire.meeting).options(selectinload(Meeting.questionnaires)))
    )
    return [one for one in rows if opening.is_named(one)]
