"""Text from outside: what is kept of it, and that none of it costs more than its length."""

from __future__ import annotations

import unicodedata

import pytest

from annualwheel.contacts import folding
from annualwheel.errors import Unreadable
from annualwheel.wording import cleaning, collation
from tests.cpu_time import within

# A mark above and one below change places when they are normalised, each with each.
MARKS = "\u0301\u0323" * 50_000


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\0b\x0b\x7f", "ab"),
        ("rad ett\n\trad två\r\n", "rad ett\n\trad två\r\n"),
        ("halv\ud83dt \ud800", "halvt "),
        ("ab\ufffe\uffff", "ab"),
        ("Anna\u202eksreB\u202c \u2066x\u2069", "AnnaksreB x"),
        ("Det\u0092s \u0093så\u0094 \u0096 1\u0085", "Det’s “så” – 1…"),
        ("\x81\x8d\x8f\x90\x9d", ""),
        ("👩\u200d🔬 \u200f", "👩\u200d🔬 \u200f"),
    ],
)
def test_what_no_store_can_hold_goes_and_the_rest_stays(text: str, kept: str) -> None:
    assert cleaning.kept(text) == kept


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  A\u030asa \u00a0 Ek\n", "Åsa Ek"),
        ("Kils\u200b kom\u00admun\ufeff", "Kils kommun"),
        ("\u0301\u200b" * 40, "\u0301" * cleaning.MOST_MARKS),
    ],
)
def test_a_name_is_one_line_without_what_nobody_sees(text: str, line: str) -> None:
    assert cleaning.one_line(text) == line


def test_a_letter_has_as_many_marks_as_any_language_gives_it() -> None:
    many = "a" + "\u0323" * (cleaning.MOST_MARKS + 5) + "b\u0323"
    assert cleaning.kept(many) == "a" + "\u0323" * cleaning.MOST_MARKS + "b\u0323"
    written = "e\u0302\u0323\u0331" * 100
    assert cleaning.kept(written) == written


def test_no_mark_is_taken_for_a_letter() -> None:
    """What bounds the marks looks where there are neither letters, digits nor spaces."""
    taken = [
        hex(ord(sign))
        for sign in map(chr, range(0x110000))
        if unicodedata.combining(sign) and cleaning._MANY_SIGNS.fullmatch(sign * 31) is None
    ]
    assert taken == []


@pytest.mark.parametrize("text", [MARKS, "a" + MARKS, "(" * 100_000, " " * 100_000, "@" * 100_000])
def test_no_text_costs_more_than_its_length(text: str) -> None:
    def clean() -> None:
        folding.fold(text)
        collation.swedish(text)
        with pytest.raises(Unreadable):
            folding.normal_address(text)

    assert within(1, clean)
