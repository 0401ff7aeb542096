"""Saving field by field: whoever comes second is told, and nobody's text is lost."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from sqlalchemy.orm import Session, scoped_session

from annualwheel.db import db
from annualwheel.errors import Closed, Missing, Refused, Unreadable
from annualwheel.jobs import sweep
from annualwheel.models import Audit, Initiative, Member, Message, SubmissionVersion
from annualwheel.models.drafts import Answer, AnswerHistory, Item
from annualwheel.preparation import (
    answers,
    drafts,
    items,
    membership,
    notices,
    progress,
    submission,
)
from annualwheel.preparation.answers import Change
from annualwheel.preparation.states import COUNTED, HAS_SUBMITTED
from annualwheel.privacy import retention
from annualwheel.questionnaires.values import HARD_CAP
from tests.at_once import at_once
from tests.conftest import Fixed
from tests.makers import guests
from tests.makers.guests import let_in
from tests.makers.writers import (
    CLOSES,
    OPEN,
    add_initiative,
    history,
    item_of,
    make_members,
    stored,
    write,
)

Db = scoped_session[Session]
MINUTE = dt.timedelta(minutes=1)
KEY, THEME = "skapa", "strukturer/arbete"
PAGE = ("skapa", "bryta", "behalla")


def test_the_first_text_is_stored_as_version_one(session: Db) -> None:
    (maria,) = make_members()
    saved = write(maria, item_of(maria, THEME), skapa="En mötesplats")
    assert (saved.versions, saved.conflicts, stored(item_of(maria, THEME), KEY)) == (
        {KEY: 1},
        {},
        "En mötesplats",
    )


def test_a_text_on_an_old_version_keeps_the_other_and_is_given_it(session: Db) -> None:
    maria, anna = make_members("Maria", "Anna")
    item = item_of(maria, THEME)
    write(anna, item, skapa="Annas")
    saved = write(maria, item, base=0, skapa="Marias")
    theirs = saved.conflicts[KEY]
    assert (theirs.value, theirs.version, theirs.who, theirs.at) == ("Annas", 1, "Anna Berg", OPEN)
    assert (stored(item, KEY), history(item, KEY), saved.versions) == ("Annas", ["Marias"], {})


def test_a_conflict_with_another_tab_of_ones_own_is_known_as_such(session: Db) -> None:
    maria, anna = make_members("Maria", "Anna")
    item = item_of(maria, THEME)
    write(maria, item, skapa="Från den ena fliken")
    own = write(maria, item, base=0, skapa="Från den andra").conflicts[KEY]
    assert (own.own, own.value) == (True, "Från den ena fliken")
    assert not write(anna, item, base=0, skapa="Annas").conflicts[KEY].own


def send_again(
    member: Member, item: Item, text: str, base: int, at: dt.datetime = OPEN
) -> answers.SaveResult:
    return answers.save(item, {KEY: Change(text, base, again=True)}, member.person, at)


def test_a_text_sent_again_that_was_taken_and_replaced_since_is_no_conflict(session: Db) -> None:
    maria, anna = make_members("Maria", "Anna")
    item = item_of(maria, THEME)
    write(maria, item, skapa="Marias")
    write(anna, item, skapa="Annas")
    saved = send_again(maria, item, "Marias", 0)
    assert (saved.conflicts, saved.versions, stored(item, KEY), history(item, KEY)) == (
        {},
        {},
        "Annas",
        ["Marias"],
    )


def test_a_text_sent_again_that_never_came_through_is_a_conflict_however_often_and_kept_once(
    session: Db,
) -> None:
    maria, anna = make_members("Maria", "Anna")
    item = item_of(maria, THEME)
    write(anna, item, skapa="Annas")
    for minutes in range(3):
        assert (
            send_again(maria, item, "Marias", 0, OPEN + minutes * MINUTE).conflicts[KEY].value
            == "Annas"
        )
    assert (stored(item, KEY), history(item, KEY)) == ("Annas", ["Marias"])
    assert session.query(AnswerHistory.replaced_at).scalar() == OPEN + 2 * MINUTE


def test_a_text_that_a_colleague_wrote_too_is_one_s_own_word_all_the_same(session: Db) -> None:
    maria, anna = make_members("Maria", "Anna")
    item = item_of(maria, THEME)
    write(anna, item, skapa="Lika")
    write(maria, item, skapa="Annat")
    write(anna, item, skapa="Annas")
    assert send_again(maria, item, "Lika", 0).conflicts[KEY].value == "Annas"


def test_an_emptied_field_sent_again_has_no_words_to_lose(session: Db) -> None:
    maria, anna = make_members("Maria", "Anna")
    item = item_of(maria, THEME)
    write(anna, item, skapa="Annas")
    assert (send_again(maria, item, "", 0).conflicts, stored(item, KEY)) == ({}, "Annas")


def test_the_same_text_is_no_conflict(session: Db) -> None:
    maria, anna = make_members("Maria", "Anna")
    item = item_of(maria, THEME)
    write(anna, item, skapa="Lika")
    assert write(maria, item, base=0, skapa="Lika").versions == {KEY: 1}


def test_different_fields_never_conflict(session: Db) -> None:
    maria, anna = make_members("Maria", "Anna")
    item = item_of(maria, THEME)
    write(anna, item, base=0, skapa="Annas")
    assert write(maria, item, base=0, bryta="Marias").versions == {"bryta": 1}


def test_a_text_sent_twice_by_the_same_page_is_ours(session: Db) -> None:
    (maria,) = make_members()
    item = item_of(maria, THEME)
    write(maria, item, skapa="Hal")
    saved = answers.save(item, {KEY: Change("Halva", 0, sent="Hal")}, maria.person, OPEN)
    assert (saved.versions, stored(item, KEY)) == ({KEY: 2}, "Halva")


def test_a_colleague_s_replaced_text_goes_to_the_history(session: Db) -> None:
    maria, anna = make_members("Maria", "Anna")
    item = item_of(maria, THEME)
    write(anna, item, skapa="Annas")
    write(maria, item, skapa="Marias")
    assert history(item, KEY) == ["Annas"]


def test_one_s_own_text_is_kept_when_it_has_stood_for_ten_minutes(session: Db) -> None:
    (maria,) = make_members()
    item = item_of(maria, THEME)
    write(maria, item, skapa="Första")
    write(maria, item, OPEN + 9 * MINUTE, skapa="Första mer")
    write(maria, item, OPEN + 19 * MINUTE, skapa="")
    assert history(item, KEY) == ["Första mer"]


def test_replaced_texts_are_erased_after_thirty_days(session: Db) -> None:
    maria, anna = make_members("Maria", "Anna")
    item = item_of(maria, THEME)
    write(anna, item, skapa="Annas")
    write(maria, item, skapa="Marias")
    assert retention.erase(retention.RULES["history"], OPEN + answers.KEPT) == 0
    assert retention.erase(retention.RULES["history"], OPEN + answers.KEPT + MINUTE) == 1
    assert history(item, KEY) == []


@pytest.mark.parametrize(("minute", "left"), [(0, []), (1, ["Annas"])])
def test_the_hourly_round_erases_them(
    session: Db, clock: Fixed, minute: int, left: list[str]
) -> None:
    maria, anna = make_members("Maria", "Anna")
    item = item_of(maria, THEME)
    write(anna, item, skapa="Annas")
    write(maria, item, skapa="Marias")
    session.commit()
    clock.set(OPEN + dt.timedelta(days=31, minutes=minute))
    sweep.sweep_minute()
    assert history(item, KEY) == left


def test_nul_and_line_ends_are_tidied(session: Db) -> None:
    (maria,) = make_members()
    item = item_of(maria, THEME)
    write(maria, item, skapa="a\0b\r\nc\rd")
    assert stored(item, KEY) == "ab\nc\nd"


def test_choices_come_joined_and_unknown_ones_are_dropped(session: Db) -> None:
    (maria,) = make_members()
    item = item_of(maria, THEME)
    write(maria, item, perspektiv="klimat_och_miljo|jamstalldhet|hittepa")
    assert stored(item, "perspektiv") == ["jamstalldhet", "klimat_och_miljo"]


@pytest.mark.parametrize(("length", "fits"), [(HARD_CAP, True), (HARD_CAP + 1, False)])
def test_the_hard_cap(session: Db, length: int, fits: bool) -> None:
    (maria,) = make_members()
    item = item_of(maria, THEME)
    if fits:
        assert write(maria, item, skapa="x" * length).versions == {KEY: 1}
    else:
        with pytest.raises(Unreadable, match="answer_too_long"):
            write(maria, item, skapa="x" * length)


def test_a_choice_must_be_among_the_options(session: Db) -> None:
    (maria,) = make_members()
    item = items.add(maria.submission, "initiativ", OPEN)
    with pytest.raises(Unreadable, match="unknown_choice"):
        write(maria, item, status="kanske")


def test_a_question_of_another_page_is_not_found(session: Db) -> None:
    (maria,) = make_members()
    with pytest.raises(Missing, match="no_question"):
        write(maria, item_of(maria), skapa="Fel plats")


def test_a_removed_item_and_a_stranger_s_are_not_found(session: Db) -> None:
    (maria,) = make_members()
    item = items.add(maria.submission, "initiativ", OPEN)
    items.remove(maria.submission, item.public_id, maria.person, OPEN)
    with pytest.raises(Missing, match="item_removed"):
        items.of(maria.submission, item.public_id)
    with pytest.raises(Missing, match="no_item"):
        items.of(maria.submission, "annan")


@pytest.mark.parametrize(
    ("at", "fits"),
    [
        (OPEN - 30 * 24 * 60 * MINUTE, False),
        (CLOSES, True),
        (CLOSES + 15 * MINUTE, True),
        (CLOSES + 16 * MINUTE, False),
    ],
)
def test_saving_ends_a_quarter_after_the_last_day(session: Db, at: dt.datetime, fits: bool) -> None:
    (maria,) = make_members()
    if fits:
        assert write(maria, item_of(maria, THEME), at, skapa="I tid").versions
    else:
        with pytest.raises(Closed):
            write(maria, item_of(maria, THEME), at, skapa="För sent")


def test_an_answer_opened_again_can_be_written_by_its_own_people_only(session: Db) -> None:
    (maria,) = make_members()
    late = CLOSES + 60 * 24 * MINUTE
    maria.submission.reopened_until = late
    assert write(maria, item_of(maria, THEME), late, skapa="Efteråt").versions
    maria.submission.questionnaire.meeting.state = "cancelled"
    with pytest.raises(Closed, match="meeting_cancelled"):
        write(maria, item_of(maria, THEME), late, skapa="Inställt")


def test_a_save_writes_no_audit_row(session: Db) -> None:
    (maria,) = make_members()
    before = session.query(Audit).count()
    write(maria, item_of(maria, THEME), skapa="Text")
    assert session.query(Audit).count() == before


@pytest.mark.race
def test_thirty_hands_in_one_field_leave_one_text_and_twenty_nine_told(app: Flask) -> None:
    with app.app_context():
        (maria,) = make_members()
        item_id = item_of(maria, THEME).id
        write(maria, item_of(maria, THEME), skapa="Början")
        db.session.commit()
        member_id = maria.id
    told: list[str] = []

    def hand(number: int) -> None:
        for turn in range(3):
            member, item = db.session.get_one(Member, member_id), db.session.get_one(Item, item_id)
            saved = answers.save(item, {KEY: Change(f"{number}.{turn}", 1)}, member.person, OPEN)
            db.session.commit()
            told.append("conflict" if saved.conflicts else "saved")

    at_once(app, hand, range(10))
    with app.app_context():
        texts = {f"{number}.{turn}" for number in range(10) for turn in range(3)}
        answer = db.session.query(Answer).filter_by(item_id=item_id, question_key=KEY).one()
        kept = {row.value for row in db.session.query(AnswerHistory).filter_by(item_id=item_id)}
        assert Counter(told) == {"saved": 1, "conflict": 29} and answer.version == 2
        assert kept | {answer.value} >= texts


@pytest.mark.race
def test_ten_hands_that_write_first_at_once_make_one_row(app: Flask) -> None:
    with app.app_context():
        (maria,) = make_members()
        item_id, member_id = item_of(maria, THEME).id, maria.id

    def hand(number: int) -> bool:
        item, person = (
            db.session.get_one(Item, item_id),
            db.session.get_one(Member, member_id).person,
        )
        is_first = bool(
            answers.save(item, {KEY: Change(f"Hand {number}", 0)}, person, OPEN).versions
        )
        db.session.commit()
        return is_first

    assert Counter(at_once(app, hand, range(10))) == {True: 1, False: 9}


@pytest.mark.race
def test_a_new_page_that_several_fill_in_at_once_loses_no_field_of_any_of_them(app: Flask) -> None:
    with app.app_context():
        (maria,) = make_members()
        item_id, member_id = item_of(maria, THEME).id, maria.id

    def hand(number: int) -> tuple[set[str], set[str]]:
        item = db.session.get_one(Item, item_id)
        person = db.session.get_one(Member, member_id).person
        chosen = PAGE[:2] if number % 2 else PAGE[::-1]
        changes = {key: Change(f"{key} {number}", 0) for key in chosen}
        saved = answers.save(item, changes, person, OPEN)
        db.session.commit()
        return set(saved.versions), set(saved.conflicts)

    told = at_once(app, hand, range(8))
    assert Counter(key for saved, _ in told for key in saved) == dict.fromkeys(PAGE, 1)
    assert all(not saved & conflicts for saved, conflicts in told)
    assert {len(saved | conflicts) for saved, conflicts in told} == {2, 3}
    with app.app_context():
        texts = {row.value for row in db.session.query(Answer).filter_by(item_id=item_id)}
        texts |= {row.value for row in db.session.query(AnswerHistory).filter_by(item_id=item_id)}
    assert len(texts) == 4 * 2 + 4 * 3


def test_a_page_of_new_fields_takes_as_many_statements_as_one_field(session: Db) -> None:
    maria, bo = make_members("Maria", "Bo")
    counts = []
    for member, keys in ((maria, PAGE[:1]), (bo, PAGE[1:])):
        item, seen = item_of(member, THEME), list[str]()
        write(member, item_of(member, "strukturer/energi"), **{KEY: "Läst in"})
        listener = _noting(seen)
        event.listen(db.engine, "before_cursor_execute", listener)
        write(member, item, **{key: f"Ny text i {key}" for key in keys})
        event.remove(db.engine, "before_cursor_execute", listener)
        counts.append([one.partition(" ")[0] for one in seen])
    assert counts[0] == counts[1] and counts[0].count("INSERT") == 1


def _noting(seen: list[str]) -> Callable[..., None]:
    return lambda *given: seen.append(given[2])


TYPED = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 4), st.text("ab\n å", max_size=6)),
    min_size=1,
    max_size=12,
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=TYPED)
def test_no_text_that_was_typed_over_by_another_is_ever_lost(
    app: Flask, typed: list[tuple[int, int, str]]
) -> None:
    """Whoever writes on whatever version: a text stands, or its author replaced it, or it lies in
    the history.
    """
    with app.app_context():
        session = db.session
        existing = session.query(Member).order_by(Member.id).all()
        members = existing or make_members("Maria", "Anna", "Erik")
        item = items.add(members[0].submission, "initiativ", OPEN)
        standing: tuple[int, str] | None = None
        owed: list[str] = []
        for who, base, text in typed:
            saved = answers.save(item, {"mal": Change(text, base)}, members[who].person, OPEN)
            if saved.conflicts:
                owed.append(text)
            elif standing is None or standing[1] != text:
                if standing is not None and standing[0] != who:
                    owed.append(standing[1])
                standing = (who, text)
        kept = set(history(item, "mal"))
        assert {text for text in owed if text.strip()} <= kept
        assert (stored(item, "mal") or "") == (standing[1] if standing else "")
        items.remove(members[0].submission, item.public_id, members[0].person, OPEN)
        session.commit()


@given(st.integers(0, 10**6), st.text(), st.text())
def test_a_stamp_tells_an_untouched_field_from_a_changed_one(
    version: int, value: str, other: str
) -> None:
    stamped = answers.stamp(version, value)
    assert answers.base_of(stamped) == version
    assert answers.untouched(stamped, value)
    assert answers.untouched(stamped, other) == (other == value)


@pytest.mark.parametrize("garbage", ["", "x", "-1-aa", "9" * 12, "²-a"])
def test_a_stamp_that_is_none_is_refused(garbage: str) -> None:
    with pytest.raises(Unreadable):
        answers.base_of(garbage)


# Items


def test_the_questionnaire_s_limit_holds_for_adding_and_bringing_back(session: Db) -> None:
    (maria,) = make_members()
    made = [items.add(maria.submission, "initiativ", OPEN) for _ in range(10)]
    with pytest.raises(Refused, match="too_many_items"):
        items.add(maria.submission, "initiativ", OPEN)
    items.remove(maria.submission, made[0].public_id, maria.person, OPEN)
    items.add(maria.submission, "initiativ", OPEN)
    with pytest.raises(Refused, match="too_many_items"):
        items.restore(maria.submission, made[0].public_id, OPEN)


@pytest.mark.race
def test_two_who_add_at_the_limit_do_not_pass_it(app: Flask) -> None:
    with app.app_context():
        (maria,) = make_members()
        for _ in range(9):
            items.add(maria.submission, "initiativ", OPEN)
        db.session.commit()
        member_id = maria.id

    def hand(_number: int) -> str:
        try:
            items.add(db.session.get_one(Member, member_id).submission, "initiativ", OPEN)
        except Refused:
            return "refused"
        db.session.commit()
        return "added"

    assert Counter(at_once(app, hand, range(4))) == {"added": 1, "refused": 3}


def test_a_removed_item_comes_back_with_its_text_and_its_place(session: Db) -> None:
    (maria,) = make_members()
    first, second = add_initiative(maria, titel="Ett"), add_initiative(maria, titel="Två")
    items.remove(maria.submission, first.public_id, maria.person, OPEN)
    assert [card.values["titel"] for card in drafts.load(maria.submission).cards] == ["Två"]
    items.restore(maria.submission, first.public_id, OPEN + dt.timedelta(days=20))
    assert [card.values["titel"] for card in drafts.load(maria.submission).cards] == ["Ett", "Två"]
    assert second.removed_at is None


@pytest.mark.parametrize(
    ("step", "order"), [(-1, ["Två", "Ett", "Tre"]), (1, ["Ett", "Tre", "Två"])]
)
def test_items_move_one_place_and_stay_at_the_ends(
    session: Db, step: int, order: list[str]
) -> None:
    (maria,) = make_members()
    made = [add_initiative(maria, titel=title) for title in ("Ett", "Två", "Tre")]
    items.move(maria.submission, made[1].public_id, step, OPEN)
    items.move(maria.submission, made[0 if order[0] == "Ett" else 1].public_id, -1, OPEN)
    assert [card.values["titel"] for card in drafts.load(maria.submission).cards] == order


# Submitting


def finished(*given: str) -> list[Member]:
    members = make_members(*given)
    write(members[0], item_of(members[0]), forberett="Strateger")
    add_initiative(members[0])
    return members


def test_what_is_submitted_never_changes_and_later_edits_are_a_draft(session: Db) -> None:
    (maria,) = finished()
    first = submission.submit(maria, OPEN)
    session.commit()
    content = dict(first.content)
    write(maria, item_of(maria), OPEN + MINUTE, forberett="Andra")
    session.refresh(maria.submission)
    assert (maria.submission.state, submission.latest(maria.submission)) == ("changed", first)
    second = submission.submit(maria, OPEN + 2 * MINUTE)
    session.commit()
    session.refresh(first)
    assert (first.content, second.number, maria.submission.state) == (content, 2, "submitted")
    assert maria.submission.submitted_at == OPEN + 2 * MINUTE


def test_a_second_press_makes_no_second_version_and_no_second_mail(session: Db) -> None:
    maria, anna = finished("Maria", "Anna")
    write(anna, item_of(anna), forankrat=["ledning"])
    first = submission.submit(maria, OPEN)
    session.commit()
    assert submission.submit(maria, OPEN + MINUTE) is first
    assert session.query(SubmissionVersion).count() == 1
    assert sorted(m.address for m in session.query(Message).filter_by(kind="receipt")) == [
        "anna@kommun.example",
        "maria@kommun.example",
    ]


def test_an_edit_that_was_taken_back_is_submitted_as_what_it_was(session: Db) -> None:
    (maria,) = finished()
    first = submission.submit(maria, OPEN)
    write(maria, item_of(maria), OPEN, forberett="Andra")
    write(maria, item_of(maria), OPEN, forberett="Strateger")
    assert submission.submit(maria, OPEN + MINUTE) is first
    assert maria.submission.state == "submitted"


def test_an_unfinished_initiative_stops_the_answer(session: Db) -> None:
    (maria,) = finished()
    write(maria, items.add(maria.submission, "initiativ", OPEN), titel="Bara ett namn")
    with pytest.raises(Refused, match="answer_incomplete"):
        submission.submit(maria, OPEN)


def test_nothing_is_submitted_after_the_last_day(session: Db) -> None:
    (maria,) = finished()
    assert submission.submit(maria, CLOSES + 15 * MINUTE).number == 1
    with pytest.raises(Closed, match="preparation_closed"):
        submission.submit(maria, CLOSES + 16 * MINUTE)


def test_an_initiative_keeps_the_identity_it_gets_when_first_submitted(session: Db) -> None:
    (maria,) = finished()
    submission.submit(maria, OPEN)
    item = session.query(Item).filter_by(group_key="initiativ").one()
    identity = item.initiative_id
    assert session.get_one(Initiative, identity).organisation_id == maria.submission.organisation_id
    write(maria, item, titel="Nytt namn")
    submission.submit(maria, OPEN + MINUTE)
    assert (item.initiative_id, session.query(Initiative).count()) == (identity, 1)


@pytest.mark.race
def test_eight_presses_at_once_submit_once(app: Flask) -> None:
    with app.app_context():
        (maria,) = finished()
        db.session.commit()
        member_id = maria.id

    def press(_number: int) -> int:
        number = submission.submit(db.session.get_one(Member, member_id), OPEN).number
        db.session.commit()
        return number

    assert at_once(app, press, range(8)) == [1] * 8
    with app.app_context():
        assert db.session.query(SubmissionVersion).count() == 1


# Progress, mails and membership


def test_progress_counts_sections_and_says_nothing_of_what_is_written(session: Db) -> None:
    (maria,) = make_members()
    meeting = maria.submission.questionnaire.meeting
    assert [(row.state, row.answered, row.total) for row in progress.of_meeting(meeting)] == [
        ("none", 0, 4)
    ]
    write(maria, item_of(maria), forberett="Hemligt utkast", forankrat=[])
    write(maria, item_of(maria, THEME), skapa="Hemligt", bryta="")
    add_initiative(maria, titel="Hemligt initiativ")
    (row,) = progress.of_meeting(meeting)
    assert (row.state, row.answered, row.total, row.organisation, row.changed_at) == (
        "draft",
        3,
        4,
        "Hagfors kommun",
        OPEN,
    )
    assert "Hemligt" not in repr(row)
    write(maria, item_of(maria), forberett="")
    assert progress.of_meeting(meeting)[0].answered == 2


def test_the_answers_in_each_state_are_counted_for_each_questionnaire(session: Db) -> None:
    (maria,) = make_members()
    questionnaire = maria.submission.questionnaire
    meeting, nothing = questionnaire.meeting, dict.fromkeys(COUNTED, 0)
    assert progress.counts(meeting) == {questionnaire.id: nothing | {"none": 1}}
    write(maria, item_of(maria), forberett="Strateger")
    assert progress.counts(meeting) == {questionnaire.id: nothing | {"draft": 1}}
    for state in HAS_SUBMITTED:
        maria.submission.state = state
        assert progress.counts(meeting) == {questionnaire.id: nothing | {state: 1}}


def test_progress_takes_as_many_queries_for_thirty_as_for_one(session: Db) -> None:
    (maria,) = make_members()
    meeting = maria.submission.questionnaire.meeting

    def queries() -> int:
        seen: list[str] = []
        event.listen(db.engine, "before_cursor_execute", listener := lambda *a: seen.append(a[2]))
        progress.of_meeting(meeting)
        event.remove(db.engine, "before_cursor_execute", listener)
        return len(seen)

    progress.of_meeting(meeting)
    one = queries()
    for number in range(30):
        guest = guests.make_guest(meeting, f"Gast{number}", "Prov", organisation=f"Org {number}")
        membership.join(maria.submission.questionnaire, guest.person, guest.organisation, OPEN)
    assert queries() == one


def test_the_facts_of_the_mails(session: Db) -> None:
    (maria,) = finished()
    facts = notices.preparation_facts(maria, "sv")
    assert (facts["given"], facts["closes"].replace("\xa0", " "), facts["minutes"]) == (
        "Maria",
        "torsdag 14 januari 2027",
        90,
    )  # type: ignore[attr-defined]
    assert facts["sections"] == [
        "Er organisation",
        "Era initiativ",
        "Skapa, bryta, behålla: Hur får fler arbete?",
        "Skapa, bryta, behålla: Hur sparar vi energi?",
    ]
    assert notices.reminder_facts(maria, "en")["missing"] == [
        "Create, break, keep: How do more people find work?",
        "Create, break, keep: How do we save energy?",
    ]


def test_a_substitute_takes_over_and_the_first_person_s_link_dies(session: Db) -> None:
    (maria,) = make_members()
    meeting = maria.submission.questionnaire.meeting
    session.query(Member).filter_by(id=maria.id).delete()
    session.expire_all()
    first, second = (
        guests.make_guest(meeting, "Erik", "Sand"),
        guests.make_guest(meeting, "Anna", "Berg"),
    )
    old = membership.join(maria.submission.questionnaire, first.person, first.organisation, OPEN)
    write(old, item_of(old), forberett="Eriks text")
    target = notices.links(old)["preparation"]
    membership.hand_over(first, second, OPEN)
    with pytest.raises(Missing):
        membership.by_target(target)
    (member,) = session.query(Member).all()
    assert (member.person, stored(item_of(member), "forberett")) == (second.person, "Eriks text")


def test_a_substitute_of_somebody_with_a_share_gets_the_whole_as_any_place_at_the_meeting_does(
    session: Db,
) -> None:
    (maria,) = make_members()
    meeting = maria.submission.questionnaire.meeting
    first, second, third = (
        guests.make_guest(meeting, name, "Sand") for name in ("Erik", "Eva", "Ola")
    )
    membership.join(
        maria.submission.questionnaire, first.person, first.organisation, OPEN
    ).scope = "arbete"
    membership.hand_over(first, second, OPEN)
    assert let_in(third, OPEN) is not None
    assert {member.person.given: member.scope for member in session.query(Member)} == {
        "Maria": "",
        "Eva": "",
        "Ola": "",
    }
