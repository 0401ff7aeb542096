"""Submitted content: what a version stores is read as types and written as it was."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import FrozenInstanceError
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annualwheel.questionnaires import content
from annualwheel.questionnaires.content import YearSpan
from annualwheel.questionnaires.definition import Option, Text
from tests.makers.stored_versions import OF_THE_FIRST_YEAR, OF_TODAY, label

STORED = {"today": OF_TODAY, "the first year": OF_THE_FIRST_YEAR, "nothing": {"sections": []}}
# What may be missing, and what no object can be read without.
OPTIONAL = {"carried", "ended", "title", "themes", "focus_areas", "goals", "organisations", "none"}
NEEDED = ["public_id", "question", "key", "label"]


def objects(stored: Any) -> Iterator[dict[str, Any]]:
    """The objects of a version that have grown, or may: not its labels, options and values."""
    if isinstance(stored, list):
        for each in stored:
            yield from objects(each)
    elif isinstance(stored, dict):
        if not stored.keys() <= {"sv", "en", "key", "label", "from", "to"}:
            yield stored
        for each in stored.values():
            yield from objects(each)


@pytest.mark.parametrize("name", STORED)
def test_a_version_is_written_as_it_was_read(name: str) -> None:
    stored = STORED[name]
    assert content.write(content.read(stored)) == stored
    assert json.loads(json.dumps(content.write(content.read(stored)))) == stored


@pytest.mark.parametrize("name", STORED)
def test_content_is_read_as_it_was_written(name: str) -> None:
    said = content.read(STORED[name])
    assert content.read(content.write(said)) == said


@given(st.data())
def test_keys_of_another_time_are_kept_and_those_not_there_stay_away(data: st.DataObject) -> None:
    stored = copy.deepcopy(OF_TODAY)
    for one in list(objects(stored)):
        # The title of a page is a label, and a page without one cannot be read.
        for key in sorted(key for key in OPTIONAL & one.keys() if not isinstance(one[key], dict)):
            if data.draw(st.integers(0, 5)) == 0:
                del one[key]
        if data.draw(st.integers(0, 5)) == 0:
            one["senare"] = {"text": "Något som ”ingen” här har ett namn på", "sections": [None]}
    before = copy.deepcopy(stored)
    said = content.read(stored)
    assert content.write(said) == before == stored
    assert content.read(content.write(said)) == said


def test_a_version_of_the_first_year_reads_as_one_of_today() -> None:
    section = content.read(OF_THE_FIRST_YEAR).sections[0]
    assert [item.carried for item in section.items] == ["new"]
    assert (section.ended, section.none) == ((), False)
    assert "carried" not in OF_THE_FIRST_YEAR["sections"][0]["group"]["items"][0]


@pytest.mark.parametrize("key", NEEDED)
def test_what_nothing_can_be_read_without_is_missed(key: str) -> None:
    stored = copy.deepcopy(OF_TODAY)
    for one in objects(stored):
        one.pop(key, None)
    with pytest.raises(KeyError, match=key):
        content.read(stored)


def test_answers_are_found_with_their_page_and_their_item() -> None:
    found = [
        (section.key, section.theme_label("en"), item and item.title, answer.question)
        for section, item, answer in content.answers_in(content.read(OF_TODAY).sections)
    ]
    assert found[0] == ("organisation", "", None, "forberett")
    assert ("initiativ", "", "=2030 – ”Ung i Hagfors”", "tema") in found
    assert found[-1] == ("strukturer", "How do more people get work?", None, "bryta")
    assert "Simskolan" not in [item for _, _, item, _ in found]


def test_values_are_what_they_mean() -> None:
    answers = {
        answer.question: answer
        for _, _, answer in content.answers_in(content.read(OF_TODAY).sections)
    }
    assert answers["period"].value == YearSpan(2021, None)
    assert answers["tema"].value == ("arbete", "energi")
    assert answers["budget"].value == 12.5
    assert (answers["bryta"].value, answers["aktorer"].value) == (None, None)
    assert [answers[key].is_blank for key in ("bryta", "aktorer", "tema")] == [True, True, False]
    assert answers["status"].chosen == (Option("pagar", Text("Pågår", "Ongoing")),)
    assert (answers["aktorer"].chosen, answers["period"].chosen) == ((), None)
    assert answers["tema"].labels("sv") == ["Hur får fler ett arbete?", "Energi & klimat?"]


@pytest.mark.parametrize("value", [None, "", "text", 0, 1.5, True, ["a", "b"], [], {"from": 1}])
def test_a_value_that_is_no_span_of_years_stays_what_it_is(value: Any) -> None:
    assert content.write_value(content.read_value(value)) == value
    assert not isinstance(content.read_value(value), YearSpan)


def test_content_cannot_be_changed() -> None:
    said = content.read(OF_TODAY)
    with pytest.raises(FrozenInstanceError):
        said.sections[0].key = "annan"  # type: ignore[misc]


def test_the_section_s_own_words_are_labels() -> None:
    assert content.read(OF_TODAY).sections[0].title == Text(**label("Er organisation"))
