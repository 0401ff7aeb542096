"""A colleague who saves while the answer is submitted: either it is looked over once more, or it is
a change that is not submitted.
"""

from __future__ import annotations

import contextlib
from collections import Counter

import pytest
from flask import Flask

from annualwheel.db import db
from annualwheel.errors import Refused
from annualwheel.models import Member, SubmissionVersion
from annualwheel.preparation import drafts, submission
from annualwheel.questionnaires import published
from tests.at_once import at_once
from tests.makers.writers import OPEN, add_initiative, item_of, make_members, write
from tests.rules.preparation.test_two_at_once import behind_our_back
from tests.watching import listening

pytestmark = pytest.mark.race


def prepared(app: Flask) -> tuple[int, int]:
    """The ids of Maria and Anna, whose answer is ready to submit."""
    with app.app_context():
        maria, anna = make_members("Maria", "Anna")
        write(maria, item_of(maria), forberett="Strateger")
        add_initiative(maria)
        db.session.commit()
        return maria.id, anna.id


def seen_by(member: Member) -> str:
    """The mark on the review page."""
    definition, draft = (
        published.definition_of(member.submission.questionnaire),
        drafts.load(member.submission),
    )
    return submission.mark(submission.content_of(definition, draft))


def save(member_id: int, text: str) -> None:
    """Anna saves a text on the first theme's page."""
    anna = db.session.get_one(Member, member_id)
    write(anna, item_of(anna, "strukturer/arbete"), skapa=text)


def test_what_a_colleague_saves_before_the_lock_is_not_submitted_unseen(app: Flask) -> None:
    """On PostgreSQL she saves in the last moment before the row is locked; on SQLite there is no
    such moment: she saves just before.
    """
    maria_id, anna_id = prepared(app)
    with app.app_context():
        maria = db.session.get_one(Member, maria_id)
        seen = seen_by(maria)
        db.session.rollback()
        engine, done = db.engine, list[str]()

        def just_before(
            _connection: object, _cursor: object, statement: str, *_rest: object
        ) -> None:
            if "FOR UPDATE" in statement and not done:
                done.append(statement)
                behind_our_back(app, lambda: save(anna_id, "I sista stund"))

        if engine.dialect.name == "sqlite":
            behind_our_back(app, lambda: save(anna_id, "I sista stund"))
        with listening(engine, just_before), pytest.raises(Refused, match="answer_changed"):
            submission.submit(db.session.get_one(Member, maria_id), OPEN, seen)
        db.session.rollback()
        assert db.session.query(SubmissionVersion).count() == 0
        assert bool(done) is (engine.dialect.name == "postgresql")


def test_saving_and_submitting_at_once_never_submits_what_was_not_seen(app: Flask) -> None:
    maria_id, anna_id = prepared(app)
    outcomes: Counter[str] = Counter()
    for turn in range(12):
        with app.app_context():
            seen, before = (
                seen_by(db.session.get_one(Member, maria_id)),
                db.session.query(SubmissionVersion).count(),
            )
        text = f"Omgång {turn}"

        def press(seen: str = seen) -> None:
            with contextlib.suppress(Refused):
                submission.submit(db.session.get_one(Member, maria_id), OPEN, seen)
                db.session.commit()

        def type_on(text: str = text) -> None:
            save(anna_id, text)
            db.session.commit()

        at_once(app, lambda act: act(), (press, type_on))
        with app.app_context():
            maria = db.session.get_one(Member, maria_id)
            last, made = (
                submission.latest(maria.submission),
                db.session.query(SubmissionVersion).count() - before,
            )
            assert seen_by(maria) != seen
            assert last is None or text not in str(last.content)
            assert not made or (
                last is not None
                and submission.mark(last.content) == seen
                and maria.submission.state == "changed"
            )
            outcomes["submitted" if made else "shown once more"] += 1
    assert sum(outcomes.values()) == 12
