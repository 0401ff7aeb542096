"""A list as its page shows it: its order and its page, both carried by the address.

`?ordning=namn` sorts by name, `?ordning=-namn` the other way. A link to another order or page keeps
everything else that the address asks for; a new order begins at the first page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from annualwheel.listing import Order, Page

ORDER, NUMBER = "ordning", "sida"
# What the two ways to sort are called, by what a column holds, and whether the first press of its
# heading sorts the second way: the newest and the most are what people look for.
WAYS = {
    "text": (_l("A till Ö"), _l("Ö till A"), False),
    "time": (_l("äldst först"), _l("nyast först"), True),
    "number": (_l("lägst först"), _l("högst först"), True),
    "rank": (_l("i ordning"), _l("i omvänd ordning"), False),
}


@dataclass(frozen=True)
class Column:
    """A column that a list can be sorted by.

    The subject knows it by its `name`, the address by its `word`. `holds` is one of `WAYS`, or ""
    for an order that has no heading.
    """

    name: str
    word: str
    text: str | LazyString
    holds: str = "text"


@dataclass(frozen=True)
class Heading:
    """A heading that sorts.

    `sort` is the value of `aria-sort`, "" for a column that the list is not sorted by. `press`
    says what a press does.
    """

    text: str
    href: str
    sort: str
    press: str


class ListRequest:
    """What the address asks for in a list.

    `order` is the `usual` one where the address names none that exists; `number` is that of the
    page. `at` is the path of the list, where that is not the path of the request.
    """

    def __init__(self, columns: Sequence[Column], usual: Order, at: str = "") -> None:
        self.columns, self.usual, self.at = columns, usual, at or request.path
        self.order = self._read(request.args.get(ORDER, ""))
        self.number = number()

    def shown(self, page: Page[Any]) -> ListPage:
        """The list with that page of it."""
        return ListPage(page, self)

    @property
    def words(self) -> str:
        """The name of the order."""
        column = next(one for one in self.columns if one.name == self.order.column)
        return _called(column, self.order.descending)

    def _read(self, text: str) -> Order:
        word, down = text.removeprefix("-"), text.startswith("-")
        column = next((one for one in self.columns if one.word == word), None)
        # An address that somebody has typed or shortened shows the list as usual, never an error.
        if column is None or (down and not column.holds):
            return self.usual
        return Order(column.name, down)


class ListPage:
    """A page of a list with its headings, and the ways to other pages and orders."""

    def __init__(self, page: Page[Any], asked: ListRequest | None = None) -> None:
        self.rows, self.number, self.pages = page.rows, page.number, page.pages
        self.total = page.total
        self._asked, self.at = asked, asked.at if asked else request.path

    @property
    def previous(self) -> str:
        """The address of the page before, "" on the first."""
        return self._page(self.number - 1)

    @property
    def following(self) -> str:
        """The address of the page after, "" on the last."""
        return self._page(self.number + 1)

    def heading(self, name: str) -> Heading:
        """The heading of the column with that name."""
        column = next(one for one in self._columns() if one.name == name)
        order = self._order()
        upwards, downwards, down_first = WAYS[column.holds]
        if order.column == name:
            down, sort = not order.descending, "descending" if order.descending else "ascending"
        else:
            down, sort = down_first, ""
        press = _("sortera %(way)s", way=downwards if down else upwards)
        return Heading(str(column.text), self._address(ORDER, _word(column, down)), sort, press)

    @property
    def orders(self) -> list[tuple[str, str, bool]]:
        """Every order: its word in the address, what it is called, whether it is the one now."""
        order = self._order()
        return [
            (_word(column, down), _called(column, down), order == Order(column.name, down))
            for column in self._columns()
            for down in ((False, True) if column.holds else (False,))
        ]

    @property
    def order_words(self) -> str:
        """The name of the order now."""
        return next(text for _value, text, is_now in self.orders if is_now)

    @property
    def to_excel(self) -> str:
        """The address of the whole list as an Excel file, narrowed and sorted as it is here."""
        asked = urlencode(_kept(""))
        return f"{self.at}/excel" + (f"?{asked}" if asked else "")

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What else the address asks for. A form that asks for an order only sends it too."""
        return _kept(ORDER)

    def _columns(self) -> Sequence[Column]:
        return self._asked.columns if self._asked else ()

    def _order(self) -> Order:
        return self._asked.order if self._asked else Order("")

    def _page(self, number: int) -> str:
        """The address of the page with that number, "" where there is none."""
        # The answer to a form cannot be opened by an address, so its list has no other pages.
        there = 1 <= number <= self.pages and request.method == "GET"
        return self._address(NUMBER, str(number)) if there else ""

    def _address(self, name: str, value: str) -> str:
        """The address of the list with another value for `name`."""
        return f"{self.at}?{urlencode([*_kept(name), (name, value)])}"


def number() -> int:
    """The number of the page that the address asks for, 1 where it asks for none."""
    # Only a file has the whole list.
    return max(1, request.args.get(NUMBER, 1, int))


def _word(column: Column, down: bool) -> str:
    return f"-{column.word}" if down else column.word


def _called(column: Column, down: bool) -> str:
    if not column.holds:
        return str(column.text)
    return f"{column.text}, {WAYS[column.holds][1 if down else 0]}"


def _kept(name: str) -> list[tuple[str, str]]:
    """What the address asks for apart from `name`, the page and the language."""
    # The page belongs to the order that is left; the session remembers the language.
    left_out = (name, NUMBER, "lang")
    return [(one, text) for one, text in request.args.items() if text and one not in left_out]
