"""Lists: one page of the rows, in an order that can be chosen and is the same every time.

`web.lists` knows what a column is called in an address and in words.
"""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.ext.compiler import compiles

from annualwheel.db import db
from annualwheel.wording.collation import swedish

PAGE_SIZE = 50
# In place of the number of a page: the whole list, which is read so many rows at a time.
WHOLE, CHUNK = 0, 500
_IN_CHUNKS = {"yield_per": CHUNK}
Row = TypeVar("Row")
Other = TypeVar("Other")
Column = sa.SQLColumnExpression[Any]
# Letters that do not sort by their code point, and what they sort as. Latin-1 has the letters of
# the Nordic languages, German and French.
_LETTERS = {
    letter: swedish(letter)[0]
    for letter in map(chr, range(0xC0, 0x100))
    if len(swedish(letter)[0]) == 1 and swedish(letter)[0] != letter
}


class Stream(Collection[Row]):
    """The rows of a whole list. Whoever goes through them reads them anew, a chunk at a time."""

    def __init__(self, total: int, read: Callable[[], Iterable[Row]]) -> None:
        self.total, self.read = total, read

    def __len__(self) -> int:
        return self.total

    def __iter__(self) -> Iterator[Row]:
        return iter(self.read())

    def __contains__(self, row: object) -> bool:
        return any(one == row for one in self)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of a list: its rows, its number from 1, how many pages and rows there are in all.

    A whole list is one page.
    """

    rows: Collection[Row]
    number: int
    pages: int
    total: int

    @property
    def first(self) -> int:
        """The position of its first row in the whole list, from 1."""
        return (self.number - 1) * PAGE_SIZE + 1

    @property
    def last(self) -> int:
        """The position of its last row in the whole list."""
        return self.first + len(self.rows) - 1

    def mapped(self, make: Callable[[Sequence[Row]], Sequence[Other]]) -> Page[Other]:
        """The page with other rows, which are made of as many at a time as are read at once."""
        rows = self.rows
        if isinstance(rows, Stream):
            made: Collection[Other] = Stream(
                self.total, lambda: (new for some in _chunks(rows) for new in make(some))
            )
        else:
            made = make(list(rows))
        return Page(made, self.number, self.pages, self.total)


@dataclass(frozen=True)
class Order:
    """The column a list is sorted by."""

    column: str
    descending: bool = False


def page_at(total: int, number: int, read: Callable[[int, int], Sequence[Row]]) -> Page[Row]:
    """The page with that number, of `total` rows; `read` is given where it starts and its size.

    A number that there is no page for gives the nearest page, and `WHOLE` the whole list.
    """
    if number == WHOLE:
        return Page(read(0, total), 1, 1, total)
    pages = max(1, -(-total // PAGE_SIZE))
    number = min(max(number, 1), pages)
    return Page(read((number - 1) * PAGE_SIZE, PAGE_SIZE), number, pages, total)


def page_in(rows: Sequence[Row], number: int) -> Page[Row]:
    """A page of rows that have been read already."""
    return page_at(len(rows), number, lambda start, size: rows[start : start + size])


def page_of(query: sa.Select[Row], number: int) -> Page[Row]:
    """A page of what the query selects: its objects, in two queries. It has no GROUP BY."""
    if number == WHOLE:
        return _whole(query, lambda: db.session.scalars(query.execution_options(**_IN_CHUNKS)))
    return page_at(
        _count(query),
        number,
        lambda start, size: db.session.scalars(query.offset(start).limit(size)).all(),
    )


def page_of_rows(query: Any, number: int) -> Page[sa.Row[Any]]:
    """As `page_of`, for a query that selects several things: rows of them."""
    if number == WHOLE:
        return _whole(query, lambda: db.session.execute(query.execution_options(**_IN_CHUNKS)))
    return page_at(
        _count(query),
        number,
        lambda start, size: db.session.execute(query.offset(start).limit(size)).all(),
    )


def _whole(query: Any, read: Callable[[], Iterable[Row]]) -> Page[Row]:
    total = _count(query)
    return Page(Stream(total, read), 1, 1, total)


def _chunks(rows: Iterable[Row]) -> Iterator[Sequence[Row]]:
    left = iter(rows)
    while some := list(itertools.islice(left, CHUNK)):
        yield some


def sort(query: Any, by: Mapping[str, Column], order: Order, usual: Order, last: Column) -> Any:
    """The query in that order: what it sorts by for each column is in `by`.

    Rows that are equal come in the `usual` order, then by `last`, which no two rows share: else a
    row could be on two pages or on none. Missing values come last, in either direction. A column
    that does not exist gives the usual order.
    """
    asked = order if order.column in by else usual
    keys = [_directed(by[asked.column], asked.descending)]
    if asked.column != usual.column:
        keys.append(_directed(by[usual.column], usual.descending))
    return query.order_by(*keys, _directed(last, usual.descending))


def sort_rows(
    rows: Collection[Row], by: Mapping[str, Callable[[Row], Any]], order: Order, usual: Order
) -> list[Row]:
    """As `sort`, for rows that have been read already; equal ones stay in the order they came."""
    asked = order if order.column in by else usual
    found = sorted(rows, key=by[usual.column], reverse=usual.descending)
    key = by[asked.column]
    present = [row for row in found if key(row) is not None]
    absent = [row for row in found if key(row) is None]
    return sorted(present, key=key, reverse=asked.descending) + absent


def ranked(column: Column, values: Sequence[Any]) -> sa.ColumnElement[int]:
    """A column sorted by the position of its value among `values`; others come after them."""
    places = {value: place for place, value in enumerate(values)}
    return sa.case(places, value=column, else_=len(places))


class SwedishKey(sa.ColumnElement[str]):
    """A text sorted as Swedish sorts it, where no key is stored with it (see `collation`).

    Neither database has a Swedish collation in every installation.
    """

    inherit_cache = True
    type = sa.Text()
    _traverse_internals = [("text", sa.sql.visitors.InternalTraversal.dp_clauseelement)]

    def __init__(self, text: Column) -> None:
        self.text: Any = sa.sql.coercions.expect(sa.sql.roles.ExpressionElementRole, text)


@compiles(SwedishKey, "postgresql")
def _on_postgresql(element: SwedishKey, compiler: Any, **options: Any) -> str:
    # COLLATE "C" compares code points, whatever collation the database was made with.
    text = compiler.process(element.text, **options)
    letters, places = "".join(_LETTERS), "".join(_LETTERS.values())
    return f"translate(lower({text}), '{letters}', '{places}') COLLATE \"C\""


@compiles(SwedishKey, "sqlite")
def _on_sqlite(element: SwedishKey, compiler: Any, **options: Any) -> str:
    return f"swedish_key({compiler.process(element.text, **options)})"


@event.listens_for(Engine, "connect")
def _teach_swedish(connection: Any, _record: object) -> None:
    """SQLite has no `translate`, and `lower` knows only ASCII there: it calls the key itself."""
    if isinstance(connection, sqlite3.Connection):
        connection.create_function("swedish_key", 1, _key, deterministic=True)


def _key(text: str | None) -> str | None:
    return None if text is None else swedish(text)[0]


def _directed(column: Column, descending: bool) -> sa.ColumnElement[Any]:
    # SQLite sorts NULL first going up, PostgreSQL last.
    directed = column.desc() if descending else column.asc()
    return directed.nulls_last() if getattr(column, "nullable", True) else directed


def _count(query: Any) -> int:
    # `maintain_column_froms` keeps the tables of the query, which would go with its columns.
    counted = query.with_only_columns(sa.func.count(), maintain_column_froms=True).order_by(None)
    return db.session.scalar(counted) or 0
