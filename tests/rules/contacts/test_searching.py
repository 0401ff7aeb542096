"""The one search by words, and its limits."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from annualwheel.contacts import searching
from annualwheel.contacts.searching import MOST_CHARACTERS, MOST_WORDS
from annualwheel.models import Organisation, Person


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        (" \t\n ", []),
        ("Åsa  ÖBERG", ["åsa", "öberg"]),
        ("A\u030asa", ["åsa"]),
        ("50%", ["50%"]),
    ],
)
def test_what_was_typed_is_folded_into_words(text: str, words: list[str]) -> None:
    assert searching.words(text) == words


def test_a_search_has_an_end() -> None:
    assert len(searching.words("a " * 10_000)) == MOST_WORDS
    assert searching.words("å" * 10_000) == ["å" * MOST_CHARACTERS]


def test_each_word_is_looked_for_in_each_place() -> None:
    places = (Person.name_folded, lambda word: Organisation.folded == word)
    conditions = searching.each_word("anna ek", *places)
    assert [len(condition.clauses) for condition in conditions] == [2, 2]  # type: ignore[attr-defined]
    said = str(sa.and_(*conditions).compile(compile_kwargs={"literal_binds": True}))
    assert "LIKE '%' || 'anna' || '%'" in said and "folded = 'ek'" in said


def test_a_text_without_words_asks_for_nothing() -> None:
    assert searching.each_word("  ", Person.name_folded) == []
