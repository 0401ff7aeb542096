"""One page of a list, and its order: the same on both databases, with å ä ö last."""

from __future__ import annotations

import random

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, scoped_session

from annualwheel import listing
from annualwheel.db import db
from annualwheel.listing import Order, Page, SwedishKey
from annualwheel.models import Staff
from annualwheel.transactions import reading, writing
from annualwheel.unit_of_work import one_view
from annualwheel.wording.collation import swedish
from tests.conftest import START

BY_NAME = Order("name")
NAMES = (
    "Åsa Öberg",
    "åke Östlund",
    "Ängla Ek",
    "ÄRLA Ek",
    "Örjan Å",
    "Zeta Ek",
    "Élise Ek",
    "elin Ek",
    "Müller Ek",
    "Myrna Ek",
    "Ærø Ek",
    "Øyvind Ek",
    "Wilma Ek",
    "Vera Ek",
    "Çelik Ek",
    "Anna-Lena Ek",
    "Anna Lena Ek",
    "anna lena ek",
    "O'Brien Ek",
    "100 % Ek",
)


@pytest.fixture
def accounts(session: scoped_session[Session]) -> list[Staff]:
    """Accounts with those names, added in no order; every third has signed in."""
    names = random.Random(7).sample(NAMES, len(NAMES))
    found = [
        Staff(
            name=name,
            email=f"k{number}@region.example",
            email_folded=f"k{number}@region.example",
            last_signed_in_at=START if number % 3 == 0 else None,
        )
        for number, name in enumerate(names)
    ]
    session.add_all(found)
    session.flush()
    return found


def sorted_names(order: Order) -> list[Staff]:
    """All accounts in that order, by name where nothing else is said."""
    by = {"name": SwedishKey(Staff.name), "signed_in": Staff.last_signed_in_at}
    query = listing.sort(sa.select(Staff), by, order, BY_NAME, Staff.id)
    return list(db.session.scalars(query))


def test_a_text_without_a_stored_key_is_sorted_as_swedish_sorts(accounts: list[Staff]) -> None:
    expected = sorted(accounts, key=lambda one: (swedish(one.name)[0], one.id))
    assert sorted_names(BY_NAME) == expected
    backwards = [swedish(one.name)[0] for one in sorted_names(Order("name", descending=True))]
    assert backwards == sorted(backwards, reverse=True)


@pytest.mark.parametrize("descending", [False, True])
def test_what_is_absent_comes_last_whichever_way(accounts: list[Staff], descending: bool) -> None:
    found = sorted_names(Order("signed_in", descending))
    signed_in = [one.last_signed_in_at is not None for one in found]
    assert signed_in == sorted(signed_in, reverse=True) and len(set(signed_in)) == 2


def test_those_that_are_equal_stand_by_name_and_then_by_age(accounts: list[Staff]) -> None:
    found = sorted_names(Order("signed_in"))
    keys = [(one.last_signed_in_at is None, swedish(one.name)[0], one.id) for one in found]
    assert keys == sorted(keys)


def test_a_column_that_there_is_not_gives_the_usual_order(accounts: list[Staff]) -> None:
    assert sorted_names(Order("password", descending=True)) == sorted_names(BY_NAME)


@pytest.mark.parametrize(
    ("rows", "asked", "number", "pages", "first", "last"),
    [
        (0, 1, 1, 1, 1, 0),
        (1, 0, 1, 1, 1, 1),
        (50, 2, 1, 1, 1, 50),
        (51, 2, 2, 2, 51, 51),
        (51, -3, 1, 2, 1, 50),
        (120, 99, 3, 3, 101, 120),
    ],
)
def test_a_page_that_is_not_there_is_the_nearest_one(
    rows: int, asked: int, number: int, pages: int, first: int, last: int
) -> None:
    page = listing.page_in(range(rows), asked)
    assert (page.number, page.pages, page.total) == (number, pages, rows)
    assert (page.first, page.last) == (first, last)
    assert list(page.rows) == list(range(first - 1, last))


def test_pages_of_a_query_follow_on_each_other(accounts: list[Staff]) -> None:
    db.session.add_all(
        Staff(name="Lika", email=f"l{n}@region.example", email_folded=f"l{n}@region.example")
        for n in range(60)
    )
    by = {"name": SwedishKey(Staff.name)}
    query = listing.sort(sa.select(Staff), by, BY_NAME, BY_NAME, Staff.id)
    pages: list[Page[Staff]] = [listing.page_of(query, number) for number in (1, 2)]
    assert [page.total for page in pages] == [80, 80]
    assert len({one.id for page in pages for one in page.rows}) == 80


def test_rows_that_have_been_read_are_sorted_alike() -> None:
    rows = [("b", 2), ("a", None), ("c", 2), ("d", 1)]
    by = {"name": lambda row: row[0], "number": lambda row: row[1]}
    names = [
        "".join(row[0] for row in listing.sort_rows(rows, by, order, BY_NAME))
        for order in (
            BY_NAME,
            Order("name", True),
            Order("number"),
            Order("number", True),
            Order("?"),
        )
    ]
    assert names == ["abcd", "dcba", "dbca", "bcda", "abcd"]


def test_a_list_that_is_read_in_pieces_is_of_one_moment(accounts: list[Staff]) -> None:
    db.session.commit()

    def add_another() -> None:
        with writing(), Session(db.engine) as another:
            another.add(Staff(name="Ny", email="n@region.example", email_folded="n@region.example"))
            another.commit()

    query = sa.select(Staff).order_by(Staff.id)
    with reading():
        with one_view():
            found = listing.page_of(query, listing.WHOLE)
            add_another()
            assert len(list(found.rows)) == found.total == len(accounts)
        assert listing.page_of(query, 1).total == len(accounts) + 1
