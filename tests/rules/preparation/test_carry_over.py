"""The year before: an initiative goes on, changes or ends, and is the same one over the years."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session, scoped_session

from annualwheel.contacts import organisations, people
from annualwheel.db import db
from annualwheel.errors import Closed, Missing, Refused
from annualwheel.models import Member, PublishedDefinition, SubmissionVersion
from annualwheel.models.drafts import Answer, AnswerHistory, Item
from annualwheel.preparation import carry_over, drafts, items, membership, submission
from annualwheel.preparation.carry_over import FittedItem
from annualwheel.preparation.items import RemovedItem
from annualwheel.privacy import retention
from annualwheel.questionnaires import published
from annualwheel.questionnaires.definition import QuestionType, dump
from annualwheel.questionnaires.values import Value
from tests.at_once import at_once
from tests.conftest import Fixed
from tests.makers import earlier
from tests.makers.earlier import carry, first_form, make_earlier, offered
from tests.makers.writers import CLOSES, OPEN, add_initiative, item_of, make_members, stored, write

Db = scoped_session[Session]
MINUTE = dt.timedelta(minutes=1)


def titles(member: Member) -> list[str]:
    """What is offered and not told about yet."""
    return [
        item.title
        for item in carry_over.offers(
            member.submission,
            published.asked_of(member.submission).group("initiativ"),
            carry_over.before(member.submission),
            drafts.load(member.submission),
        )
    ]


def bin_of(member: Member, at: dt.datetime) -> list[RemovedItem]:
    """The removed initiatives that can be brought back."""
    return items.removed(member.submission, items.group_of(member.submission, "initiativ"), at)


def fitting(member: Member) -> FittedItem:
    found = carry_over.before(member.submission)
    group = items.group_of(member.submission, "initiativ")
    assert found is not None
    return carry_over.fitting(member.submission, group, found.items[0], found)


def test_what_was_submitted_the_year_before_is_offered_and_the_latest_version_of_it(
    session: Db,
) -> None:
    (maria,) = make_members()
    then = make_earlier(maria, {}, {"titel": "Andra"})
    write(
        then,
        session.query(Item)
        .filter_by(submission_id=then.submission_id, group_key="initiativ")
        .order_by(Item.id)
        .all()[0],
        earlier.THEN,
        titel="Nytt namn",
    )
    submission.submit(then, earlier.THEN + MINUTE)
    assert titles(maria) == ["Nytt namn", "Andra"]


def test_a_draft_of_the_year_before_another_organisation_and_two_years_ago_are_not_offered(
    session: Db,
) -> None:
    (maria,) = make_members()
    then = make_earlier(maria, {})
    other = organisations.add_organisation("Annan kommun")
    stranger = membership.join(
        maria.submission.questionnaire,
        people.add_person("Bo", "Ek", "bo@annan.example", other),
        other,
        OPEN,
    )
    assert (titles(maria), titles(stranger)) == (["Ung i Hagfors"], [])
    then.submission.questionnaire.meeting.year.number -= 1
    session.flush()
    assert titles(maria) == []
    then.submission.questionnaire.meeting.year.number += 1
    session.query(SubmissionVersion).delete()
    assert titles(maria) == []


def test_one_that_goes_on_keeps_its_identity_and_its_text(session: Db) -> None:
    (maria,) = make_members()
    then = make_earlier(
        maria,
        {"mal": "Fler unga kvar", "period": "2024–", "aktorer": [], "aktorer_other": "Byalaget"},
    )
    old = (
        session.query(Item).filter_by(submission_id=then.submission_id, group_key="initiativ").one()
    )
    item = carry(maria, "still")
    assert (item.initiative_id, item.carried, item.id == old.id) == (
        old.initiative_id,
        "still",
        False,
    )
    (card,) = drafts.load(maria.submission).cards
    assert card.values == {
        "titel": "Ung i Hagfors",
        "typ": "natverk",
        "tema": ["arbete"],
        "insatsomrade": ["livsvillkor"],
        "status": "pagar",
        "mal": "Fler unga kvar",
        "period": "2024–",
        "aktorer_other": "Byalaget",
    }
    assert titles(maria) == []


def test_what_was_answered_in_the_form_of_the_first_year_is_offered_in_today_s(
    session: Db,
) -> None:
    (maria,) = make_members()
    told: dict[str, Value] = {
        "titel": "Jobbspår inom vården",
        "typ": "annat",
        "typ_annat": "Utbildning",
        "tema": ["arbete"],
        "insatsomrade": ["kompetens"],
        "mal": "30 personer i arbete på ett år.",
        "aktorer_other": "Byalaget",
        "status": "pagar",
        "period": "2023–",
        "svart": "Handledarna räcker inte till.",
        "framgang": "En och samma kontaktperson hela vägen.",
        "effekt": "Elva har fått arbete.",
        "lank": "https://www.exempel.se/jobbspar",
    }
    planned: dict[str, Value] = {"titel": "Språkvänner", "status": "planeras", "svart": "Tiden."}
    structures: dict[str, Value] = {
        key: f"Vi skrev {key}."
        for key in ("skapa", "bryta", "behalla", "hinder", "mojligheter", "glapp")
    }
    chosen = {"perspektiv": ["barn_och_unga"]}
    make_earlier(maria, told, planned, texts=structures | chosen, form=first_form())
    assert titles(maria) == ["Jobbspår inom vården", "Språkvänner"]
    found = fitting(maria)
    assert (found.values, found.lost) == (told, [])
    before = carry_over.before(maria.submission)
    asked = published.asked_of(maria.submission)
    assert before is not None and before.digest != asked.digest
    (page,) = (part for part in asked.parts() if part.theme and part.theme.key == "arbete")
    assert before.on_page(page, "sv") == structures | {"perspektiv": "Barn och unga"}
    item = carry(maria, "still")
    (card,) = drafts.load(maria.submission).cards
    assert (card.values, stored(item, "svart")) == (told, told["svart"])


def test_options_and_questions_that_are_gone_are_left_out_and_named(session: Db) -> None:
    (maria,) = make_members()
    make_earlier(maria, {"tema": ["arbete", "ensamhet"], "aktorer": ["HAG", "BORT"], "mal": "Kvar"})
    organisations.add_organisation("Bortbyn", "BORT").active = False
    organisations.add_organisation("Hagan", "HAG")
    session.flush()
    found = fitting(maria)
    assert (found.values["tema"], found.values["aktorer"], found.values["mal"]) == (
        ["arbete"],
        ["HAG"],
        "Kvar",
    )
    assert [(lost.question.sv, [option.sv for option in lost.options]) for lost in found.lost] == [
        ("Vilken av årets utmaningar hör det till?", ["Hur bryter vi ensamhet?"]),
        ("Vilka samarbetar ni med?", ["BORT"]),
    ]


def test_a_question_that_is_not_asked_any_more_or_is_of_another_kind_is_left_out(
    session: Db,
) -> None:
    (maria,) = make_members()
    make_earlier(maria, {"mal": "Ett mål", "svart": "Tiden", "framgang": "Kaffet"})
    ask_otherwise(maria, mal=None, svart=QuestionType.YEARS, framgang=QuestionType.TEXT)
    found = fitting(maria)
    assert {"mal", "svart"}.isdisjoint(found.values)
    assert found.values["framgang"] == "Kaffet"
    assert [lost.question.sv for lost in found.lost] == [
        "Vilket mål arbetar ni mot?",
        "Vad har varit svårt?",
    ]


def test_of_several_choices_where_one_can_be_made_none_is_chosen_for_the_member(
    session: Db,
) -> None:
    (maria,) = make_members()
    make_earlier(maria, {"tema": ["arbete", "ensamhet"], "samarbete": ["lara", "dela"]})
    ask_otherwise(maria, samarbete=QuestionType.CHOICE)
    found = fitting(maria)
    assert "samarbete" not in found.values
    assert [(gone.question.sv, gone.only_one) for gone in found.lost][-1] == (
        "Söker ni samarbete?",
        True,
    )
    assert [option.sv for option in found.lost[-1].options] == [
        "Ja, vi vill lära av andra",
        "Ja, vi delar gärna med oss",
    ]


def test_a_single_choice_goes_on_where_several_can_be_made_and_the_reverse(session: Db) -> None:
    (maria,) = make_members()
    make_earlier(maria, {"samarbete": ["dela"], "status": "avslutat"})
    ask_otherwise(maria, samarbete=QuestionType.CHOICE, status=QuestionType.CHOICES)
    found = fitting(maria)
    assert (found.values["samarbete"], found.values["status"]) == ("dela", ["avslutat"])


def ask_otherwise(member: Member, **kinds: QuestionType | None) -> None:
    """Lets this year's questionnaire ask some questions of the group as another kind, or not at
    all.
    """
    questionnaire = member.submission.questionnaire
    asked = published.definition_of(questionnaire)
    sections = [
        replace(
            section,
            group=replace(
                section.group,
                questions=tuple(
                    replace(question, type=kind or question.type)
                    for question in section.group.questions
                    if (kind := kinds.get(question.key, question.type)) is not None
                ),
            ),
        )
        if section.group
        else section
        for section in asked.sections
    ]
    changed = replace(asked, sections=tuple(sections))
    questionnaire.digest = member.submission.digest = changed.digest
    db.session.add(PublishedDefinition(digest=questionnaire.digest, text=dump(changed)))
    db.session.flush()


def test_one_that_has_ended_is_an_answer_and_needs_nothing_more(session: Db) -> None:
    (maria,) = make_members()
    make_earlier(maria, {"mal": "Ett mål"}, {"titel": "Andra"})
    write(maria, item_of(maria), forberett="Strateger")
    item = carry(maria, "ended")
    assert {row.question_key for row in session.query(Answer).filter_by(item_id=item.id)} == {
        "titel"
    }
    assert (titles(maria), drafts.load(maria.submission).cards) == (["Andra"], ())
    group = submission.submit(maria, OPEN).content["sections"][1]["group"]
    ended = {
        "public_id": item.public_id,
        "title": "Ung i Hagfors",
        "answers": [{"question": "titel", "value": "Ung i Hagfors"}],
    }
    assert (group["ended"], group["items"], group["none"]) == ([ended], [], False)


def test_what_has_ended_is_not_offered_again_next_year(session: Db) -> None:
    (maria,) = make_members()
    then = make_earlier(maria, {}, {"titel": "Andra"})
    last = session.query(SubmissionVersion).filter_by(submission_id=then.submission_id).one()
    group = last.content["sections"][1]["group"]
    (ended,) = [item for item in group["items"] if item["title"] == "Andra"]
    group["items"].remove(ended)
    group["ended"] = [{"public_id": ended["public_id"], "title": "Andra", "answers": []}]
    session.execute(SubmissionVersion.__table__.update().values(content=last.content))
    assert titles(maria) == ["Ung i Hagfors"]


def test_the_identity_lasts_over_a_submission_of_this_year(session: Db) -> None:
    (maria,) = make_members()
    make_earlier(maria, {})
    write(maria, item_of(maria), forberett="Strateger")
    item = carry(maria, "changed")
    identity = item.initiative_id
    content = submission.submit(maria, OPEN).content["sections"][1]["group"]["items"][0]
    assert (content["carried"], content["public_id"], item.initiative_id) == (
        "changed",
        item.public_id,
        identity,
    )


def test_the_same_press_twice_is_one_and_what_was_said_first_stands(session: Db) -> None:
    maria, anna = make_members("Maria", "Anna")
    make_earlier(maria, {})
    number = offered(maria)[0].public_id
    first = carry_over.carry(maria.submission, number, "still", maria.person, OPEN)
    again = carry_over.carry(anna.submission, number, "ended", anna.person, OPEN)
    assert (again.id, again.carried) == (first.id, "still")


def test_taken_back_it_is_offered_again_and_comes_back_with_this_year_s_text(session: Db) -> None:
    (maria,) = make_members()
    make_earlier(maria, {"mal": "Förra årets mål"})
    item = carry(maria, "still")
    write(maria, item, mal="Årets mål")
    items.remove(maria.submission, item.public_id, maria.person, OPEN)
    assert titles(maria) == ["Ung i Hagfors"]
    assert carry(maria, "ended").id == item.id
    assert drafts.load(maria.submission).ended[0].values["titel"] == "Ung i Hagfors"
    items.remove(maria.submission, item.public_id, maria.person, OPEN)
    carry(maria, "changed")
    assert (stored(item, "mal"), item.carried, session.query(AnswerHistory).count()) == (
        "Årets mål",
        "changed",
        0,
    )


def test_at_the_limit_nothing_more_goes_on_but_what_ends_may_end(session: Db) -> None:
    (maria,) = make_members()
    make_earlier(maria, {}, {"titel": "Andra"})
    for _ in range(10):
        items.add(maria.submission, "initiativ", OPEN)
    with pytest.raises(Refused, match="too_many_items"):
        carry(maria, "still")
    ended = carry(maria, "ended")
    items.remove(maria.submission, ended.public_id, maria.person, OPEN)
    items.restore(maria.submission, ended.public_id, OPEN)
    assert len(drafts.load(maria.submission).ended) == 1


def test_what_has_ended_takes_no_place(session: Db) -> None:
    (maria,) = make_members()
    make_earlier(maria, {})
    carry(maria, "ended")
    for _ in range(10):
        items.add(maria.submission, "initiativ", OPEN)
    with pytest.raises(Refused, match="too_many_items"):
        items.add(maria.submission, "initiativ", OPEN)


@pytest.mark.parametrize("way", ["", "new", "hittepa"])
def test_only_the_three_answers_are_taken(session: Db, way: str) -> None:
    (maria,) = make_members()
    make_earlier(maria, {})
    with pytest.raises(Missing):
        carry(maria, way)


def test_nothing_is_said_of_what_was_not_submitted_nor_after_the_last_day(session: Db) -> None:
    (maria,) = make_members()
    with pytest.raises(Missing):
        carry_over.carry(maria.submission, "hittepa", "still", maria.person, OPEN)
    make_earlier(maria, {})
    with pytest.raises(Missing):
        carry_over.carry(maria.submission, "hittepa", "still", maria.person, OPEN)
    with pytest.raises(Closed):
        carry(maria, "still", at=CLOSES + 16 * MINUTE)


@pytest.mark.race
def test_colleagues_who_press_at_once_make_one_card(app: Flask) -> None:
    with app.app_context():
        (maria,) = make_members()
        make_earlier(maria, {})
        number, member_id = offered(maria)[0].public_id, maria.id

    def press(way: str) -> int:
        member = db.session.get_one(Member, member_id)
        card = carry_over.carry(member.submission, number, way, member.person, OPEN).id
        db.session.commit()
        return card

    made = at_once(app, press, carry_over.WAYS * 2)
    assert (len(made), len(Counter(made))) == (6, 1)


def test_last_year_s_texts_are_found_by_page_and_by_initiative(session: Db) -> None:
    (maria,) = make_members()
    make_earlier(maria, {"mal": "Målet då"}, texts={"skapa": "Ett kontor då"})
    found = carry_over.before(maria.submission)
    assert found is not None
    definition = published.definition_of(maria.submission.questionnaire)
    pages = {
        (part.section.key, part.theme.key if part.theme else None): found.on_page(part, "sv")
        for part in definition.parts()
    }
    assert pages["organisation", None]["forberett"] == "Förra årets strateger"
    assert (pages["strukturer", "arbete"]["skapa"], pages["strukturer", "energi"]) == (
        "Ett kontor då",
        {},
    )
    assert (
        found.items[0].text("mal"),
        found.items[0].text("tema"),
        found.items[0].text("hittepa"),
    ) == ("Målet då", "", "")
    assert found.item_of(found.items[0].initiative_id) is found.items[0]
    assert found.item_of(None) is None


def test_the_year_before_takes_two_queries_however_much_there_is(session: Db) -> None:
    (maria,) = make_members()
    seen: list[str] = []

    def queries() -> int:
        seen.clear()
        event.listen(db.engine, "before_cursor_execute", listener := lambda *a: seen.append(a[2]))
        carry_over.before(maria.submission)
        event.remove(db.engine, "before_cursor_execute", listener)
        return len(seen)

    carry_over.before(maria.submission)
    assert queries() == 1
    make_earlier(maria, *({"titel": f"Nummer {number}"} for number in range(10)))
    session.refresh(maria.submission.questionnaire.meeting)
    carry_over.before(maria.submission)
    assert queries() == 2


# What was removed


def test_removed_cards_are_listed_for_thirty_days_and_then_erased(
    session: Db, clock: Fixed
) -> None:
    (maria,) = make_members()
    first, second = add_initiative(maria, titel="Ett"), add_initiative(maria, titel="Två")
    write(maria, first, OPEN + 20 * MINUTE, titel="Ett till")
    for number, item in enumerate((first, second)):
        items.remove(maria.submission, item.public_id, maria.person, OPEN + number * MINUTE)
    kept = OPEN + items.KEPT
    assert [(item.title, item.who) for item in bin_of(maria, kept)] == [
        ("Två", "Maria Lindqvist"),
        ("Ett till", "Maria Lindqvist"),
    ]
    assert [item.title for item in bin_of(maria, kept + MINUTE)] == ["Två"]
    assert retention.erase(retention.RULES["removed_items"], kept) == 0
    assert retention.erase(retention.RULES["removed_items"], kept + MINUTE / 2) == 5
    assert retention.erase(retention.RULES["history"], kept + MINUTE / 2) == 1
    assert session.query(AnswerHistory).filter_by(item_id=first.id).count() == 0
    assert (
        stored(first, "titel"),
        stored(second, "titel"),
        session.get(Item, first.id) is not None,
    ) == (None, "Två", True)
    maria.submission.reopened_until = kept + 60 * MINUTE
    with pytest.raises(Missing, match="item_removed"):
        items.restore(maria.submission, first.public_id, kept + MINUTE)


def test_what_was_said_to_have_ended_and_taken_back_is_no_removed_card(session: Db) -> None:
    (maria,) = make_members()
    make_earlier(maria, {})
    items.remove(maria.submission, carry(maria, "ended").public_id, maria.person, OPEN)
    assert bin_of(maria, OPEN) == []
