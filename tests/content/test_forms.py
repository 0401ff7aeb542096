"""The questionnaires that are shipped: readable, complete in both languages, and asking what the
meetings need.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from wtforms import Form

from annualwheel.questionnaires.content import write
from annualwheel.questionnaires.definition import (
    Definition,
    Option,
    Question,
    QuestionType,
    Text,
    dump,
    load,
    resolve,
)
from annualwheel.questionnaires.effort import minutes
from annualwheel.questionnaires.form import build
from annualwheel.questionnaires.path import Filled, FilledItem, missing, submittable
from annualwheel.questionnaires.reading import read_all
from annualwheel.wording import names
from annualwheel.workshop import counts

FORMS = Path(__file__).parents[2] / "forms"
DEFINITIONS = {definition.key: definition for definition in read_all(FORMS)}
THEMES = (
    Option("arbete", Text("Fler i arbete", "More people in work")),
    Option("energi", Text("Energi", "Energy")),
)
AREAS = tuple(
    Option(key, Text(key, key))
    for key in ("livsvillkor", "kompetens", "platser", "konkurrenskraft")
)


SAID = {"arbetsmote": 90, "efter_arbetsmotet": 10, "riktningsmote": 80, "konferens": 5}


def published(key: str) -> Definition:
    return resolve(DEFINITIONS[key], THEMES, AREAS, ())


def questions(definition: Definition) -> Iterator[Question]:
    for section in definition.sections:
        yield from section.all_questions()


def asked(key: str, section: str) -> list[str]:
    return [question.key for question in DEFINITIONS[key].section(section).questions]


def test_each_meeting_has_its_questionnaires() -> None:
    assert {
        key: (definition.meeting_kind, definition.respondent, definition.timing)
        for key, definition in DEFINITIONS.items()
    } == {
        "arbetsmote": ("work", "organisation", "before"),
        "efter_arbetsmotet": ("work", "person", "after"),
        "riktningsmote": ("direction", "organisation", "before"),
        "konferens": ("conference", "person", "before"),
    }


def test_what_is_said_before_publishing_is_how_the_files_have_it() -> None:
    assert {
        definition.meeting_kind
        for definition in DEFINITIONS.values()
        if definition.timing == "before" and definition.respondent == "person"
    } == set(names.ALONE)


def test_an_initiative_is_described_in_full() -> None:
    group = DEFINITIONS["arbetsmote"].section("initiativ").group
    assert group is not None and group.at_most == 10 and group.none_question is not None
    assert group.none_question.label == Text(
        "Vi har inga initiativ att berätta om", "We have no initiatives to report"
    )
    asked = {question.key: question for question in group.questions}
    assert list(asked) == [
        "titel",
        "typ",
        "typ_annat",
        "tema",
        "insatsomrade",
        "var_i_lanet",
        "malgrupp",
        "mal",
        "strategimal",
        "aktorer",
        "status",
        "period",
        "framgang",
        "svart",
        "behov",
        "effekt",
        "resultat",
        "samarbete",
        "samarbete_om",
        "lank",
    ]
    assert {key for key, question in asked.items() if question.required} == {
        "titel",
        "typ",
        "typ_annat",
        "tema",
        "insatsomrade",
        "status",
    }
    assert {
        key: question.max_length
        for key, question in asked.items()
        if question.type is QuestionType.LONG_TEXT
    } == {
        "mal": 600,
        "svart": 1000,
        "framgang": 1000,
        "behov": 1000,
        "effekt": 1000,
        "resultat": 1000,
        "samarbete_om": 300,
    }
    assert asked["titel"].max_length == 120
    assert [option.label.sv for option in asked["typ"].options] == [
        "Initiativ",
        "Forum",
        "Nätverk",
        "Beslut",
        "Process",
        "Annat",
    ]
    assert [option.label.sv for option in asked["status"].options] == [
        "Planeras",
        "Pågår",
        "Avslutat",
    ]
    assert {key: question.source for key, question in asked.items() if question.source} == {
        "tema": "themes",
        "insatsomrade": "focus_areas",
        "strategimal": "goals",
        "aktorer": "organisations",
    }
    assert asked["aktorer"].other
    assert group.seeks_question == "samarbete"
    assert [(option.label.sv, option.alone) for option in asked["samarbete"].options] == [
        ("Nej", True),
        ("Ja, vi söker fler som vill vara med", False),
        ("Ja, vi vill lära av andra", False),
        ("Ja, vi delar gärna med oss", False),
    ]


def test_nothing_is_forced_into_a_theme_or_a_focus_area() -> None:
    group = published("arbetsmote").group("initiativ")
    for question in group.questions:
        if question.source in ("themes", "focus_areas"):
            last = question.options[-1]
            assert (last.key, last.label.sv, last.alone) == ("inget_av_dem", "Inget av dem", True)
            assert not any(option.alone for option in question.options[:-1])


def test_each_theme_asks_for_structures_obstacles_and_perspectives() -> None:
    section = DEFINITIONS["arbetsmote"].section("strukturer")
    assert section.per_theme
    assert asked("arbetsmote", "strukturer") == [
        "skapa",
        "bryta",
        "behalla",
        "glapp",
        "hur_langt",
        "perspektiv",
        "hinder",
        "mojligheter",
    ]
    questions = {question.key: question for question in section.questions}
    assert [key for key, question in questions.items() if question.folded] == [
        "hinder",
        "mojligheter",
    ]
    assert questions["glapp"].label.sv == "Vad saknas i Värmland för att vi ska lyckas?"
    assert [option.label.sv for option in questions["perspektiv"].options] == [
        "Jämställdhet",
        "Barn och unga",
        "Landsbygder och städer",
        "Jämlikhet och inkludering",
        "Klimat och miljö",
    ]


def test_what_is_compared_between_the_years_is_asked_in_the_same_words() -> None:
    """Rewording one of these makes the years before worth nothing. Ask something new instead."""
    definition = DEFINITIONS["arbetsmote"]
    found = {
        question.key: (question.label.sv, [option.label.sv for option in question.options])
        for question in questions(definition)
    }
    assert found["hur_langt"] == (
        "Hur långt har ni kommit?",
        ["Inte börjat", "Planerar", "Har börjat", "Har kommit långt", "Vet inte"],
    )
    assert found["anvander_strategin"] == (
        "Hur mycket använder ni Värmlandsstrategin när ni planerar?",
        ["1, inte alls", "2, lite", "3, en hel del", "4, mycket", "Vet inte"],
    )
    keys = {
        question.key: [option.key for option in question.options]
        for question in questions(definition)
    }
    assert keys["hur_langt"] == [
        "inte_borjat",
        "planerar",
        "har_borjat",
        "kommit_langt",
        "vet_inte",
    ]
    assert keys["anvander_strategin"] == ["steg_1", "steg_2", "steg_3", "steg_4", "vet_inte"]


def test_an_initiative_is_asked_what_its_state_can_answer() -> None:
    group = DEFINITIONS["arbetsmote"].group("initiativ")
    asked = {
        status: {
            question.label.sv
            for question in group.questions
            if question.show_if
            and question.show_if.question == "status"
            and status in question.show_if.values
        }
        for status in ("planeras", "pagar", "avslutat")
    }
    learned = {"Vad har fungerat bra, och varför?", "Vad har varit svårt?"}
    assert asked == {
        "planeras": {"Vad behöver ni för att komma igång, och av vem?"},
        "pagar": {*learned, "Vad har ni sett för resultat hittills?"},
        "avslutat": {*learned, "Vad blev resultatet?"},
    }


def test_no_one_yet_and_do_not_know_yet_are_chosen_alone() -> None:
    found = {
        option.label.sv: question.key
        for key in ("arbetsmote", "konferens")
        for question in questions(DEFINITIONS[key])
        for option in question.options
        if option.alone
    }
    assert found == {
        "Ingen än": "forankrat",
        "Nej": "samarbete",
        "Jag vet inte än": "passval",
    }


def test_it_is_asked_for_whom_an_initiative_is() -> None:
    asked = DEFINITIONS["arbetsmote"].question("initiativ", "malgrupp")
    assert (asked.type, asked.label.sv) == (QuestionType.CHOICES, "Vilka är det till för?")
    assert [option.label.sv for option in asked.options] == [
        "Alla som bor i länet",
        "Barn och unga",
        "De som söker arbete",
        "Nyanlända",
        "Äldre",
        "Företag",
        "Föreningar",
        "Kommuner, region och myndigheter",
    ]
    assert asked.other_label == Text("Andra som det är till för", "Others whom it is for")


def test_the_whole_county_and_each_municipality_can_be_chosen() -> None:
    places = DEFINITIONS["arbetsmote"].question("initiativ", "var_i_lanet").options
    assert [places[0].label.sv, places[-1].label.sv] == ["Hela länet", "Utanför länet"]
    assert len(places) == 18


def test_the_other_two_meetings_ask_what_they_need() -> None:
    assert [question.key for question in questions(DEFINITIONS["riktningsmote"])] == [
        "monster",
        "stammer_inte",
        "kraftsamling",
        "problem",
        "behovs",
        "utmaning",
        "insatsomrade",
        "bidrag",
        "lara_mer",
    ]
    assert [question.key for question in questions(DEFINITIONS["konferens"])] == [
        "passval",
        "lardom",
        "beratta",
        "fraga",
    ]
    told = DEFINITIONS["konferens"].question("bidrag", "beratta")
    assert (told.type, told.label.sv) == (QuestionType.CHOICE, "Kan du berätta på konferensen?")
    assert [option.label.sv for option in told.options] == ["Ja", "Gärna", "Nej"]


def test_after_the_working_meeting_each_person_is_asked_a_little_of_each_kind() -> None:
    definition = DEFINITIONS["efter_arbetsmotet"]
    assert (definition.opens, definition.closes) == (1, 14)
    found = {question.key: question for question in questions(definition)}
    assert list(found) == [
        "tar_med",
        "utmaning",
        "prata_vidare",
        "nasta_steg",
        "vad",
        "riktningsmotet",
        "nytta",
        "borden",
        "narmare",
        "nasta_gang",
    ]
    assert {question.type for question in found.values()} == {
        QuestionType.LONG_TEXT,
        QuestionType.CHOICES,
        QuestionType.CHOICE,
        QuestionType.TEXT,
    }
    assert [key for key, question in found.items() if question.required] == [
        "tar_med",
        "nasta_steg",
    ]
    assert found["vad"].show_if and found["vad"].show_if.values == ("borjar", "andrar")
    # A scale has a middle nowhere: one leans one way or the other, or leaves it out.
    assert {len(found[key].options) for key in definition.counted} == {4}
    assert definition.counted == {"nytta", "borden", "narmare"}
    # The page says who can read what, beside the questions.
    (said,) = (one.intro.sv for one in definition.sections if one.key == "dagen" and one.intro)
    assert "när minst fem har svarat, och aldrig vem" in said and counts.FEWEST == 5


def test_diet_and_access_needs_are_asked_for_elsewhere() -> None:
    for definition in DEFINITIONS.values():
        for word in ("kost", "allergi", "tillgänglighet", "diet"):
            assert word not in dump(definition).lower()


@pytest.mark.parametrize("key", sorted(DEFINITIONS))
def test_hints_are_short_and_have_no_full_stop(key: str) -> None:
    for question in questions(DEFINITIONS[key]):
        for words in (question.hint, question.error):
            for text in (words.sv, words.en) if words else ():
                assert len(text) <= 100 and not text.endswith("."), text


@pytest.mark.parametrize("key", sorted(DEFINITIONS))
def test_the_swedish_is_plain(key: str) -> None:
    text = dump(DEFINITIONS[key]).lower()
    assert "vänligen" not in text and "!" not in text


@pytest.mark.parametrize("key", sorted(DEFINITIONS))
def test_the_time_is_what_the_questions_take(key: str) -> None:
    definition = published(key)
    assert minutes(definition) == SAID[key]


@pytest.mark.parametrize("key", sorted(DEFINITIONS))
def test_each_can_be_published_and_filled_in(key: str) -> None:
    definition = load(dump(published(key)))
    for section in definition.sections:
        for group in (section.questions, section.group.questions if section.group else ()):
            form = build(group, Form, (), "sv", lambda words, **params: words % params)()
            assert all(question.key in form for question in group)
    assert not any(question.source == "goals" for question in questions(definition))


def test_a_short_answer_to_the_working_meeting_can_be_submitted() -> None:
    definition = published("arbetsmote")
    item = FilledItem(
        "i1",
        {
            "titel": "Navet",
            "typ": "natverk",
            "tema": ["arbete"],
            "insatsomrade": ["kompetens"],
            "status": "avslutat",
            "effekt": "dold",
            "resultat": "Det blev bra",
        },
        group="initiativ",
    )
    answer = Filled({}, {}, (item,))
    assert not any(gap.blocks for gap in missing(definition, answer))
    kept = write(submittable(definition, answer))["sections"][1]["group"]["items"][0]
    assert (kept["title"], kept["kind"], kept["status"], kept["themes"], kept["focus_areas"]) == (
        "Navet",
        "natverk",
        "avslutat",
        ["arbete"],
        ["kompetens"],
    )
    values = {answer["question"]: answer["value"] for answer in kept["answers"]}
    assert values["resultat"] == "Det blev bra" and "effekt" not in values
