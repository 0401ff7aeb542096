"""The one search by words: each word that was typed must be found somewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from annualwheel.contacts.folding import fold
from annualwheel.models import Organisation, Person

# Each word is one more condition that the database looks through every row for.
MOST_WORDS, MOST_CHARACTERS = 20, 200
# A column of folded text, or what says whether a row fits a word.
Place = sa.SQLColumnExpression[str] | Callable[[str], sa.ColumnElement[bool]]

# Where a person is looked for in a list that shows each person with one organisation.
PERSON_AND_ORGANISATION = (Person.name_folded, Person.email_folded, Organisation.folded)


def words(text: str) -> list[str]:
    """The folded words of what was typed, at most `MOST_WORDS` of them.

    What comes after `MOST_CHARACTERS` is not read.
    """
    return fold(text[:MOST_CHARACTERS]).split()[:MOST_WORDS]


def each_word(text: str, *places: Place) -> list[sa.ColumnElement[bool]]:
    """Conditions: each word of the text must be found in one of the columns.

    No condition for a text without words. `%` and `_` are looked for as they are.
    """
    return [sa.or_(*(_fits(place, word) for place in places)) for word in words(text)]


def _fits(place: Any, word: str) -> sa.ColumnElement[bool]:
    if isinstance(place, sa.SQLColumnExpression):
        return place.contains(word, autoescape=True)
    found: sa.ColumnElement[bool] = place(word)
    return found
