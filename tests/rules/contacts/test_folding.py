"""Addresses as people and mail programs write them, and the forms in which names are compared."""

from __future__ import annotations

import pytest

from annualwheel.contacts import folding
from annualwheel.errors import Unreadable


@pytest.mark.parametrize(
    "text",
    [
        "anna@x.example.org",
        " anna@X.Example.ORG ; ",
        "Anna Berg <anna@x.example.org>",
        '"Berg, Anna" <anna@x.example.org>;',
        "<anna@x.example.org>",
        "'anna@x.example.org'",
        "”anna@x.example.org”,",
        "MAILTO:anna@x.example.org",
        "mailto:anna%40x.example.org?subject=M%C3%B6te&cc=bo@x.example.org",
        "Anna <mailto:anna@x.example.org>",
        "anna@x.example.org\u200b",
    ],
)
def test_an_address_is_read_as_a_mail_program_copies_it(text: str) -> None:
    assert folding.normal_address(text) == "anna@x.example.org"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Anna Berg",
        "anna@",
        "anna@x.example.org; bo@x.example.org",
        "Anna <anna@x.example.org> och Bo <bo@x.example.org> båda",
        f"{'a' * 250}@x.example.org",
    ],
)
def test_what_is_not_one_address_is_refused(text: str) -> None:
    with pytest.raises(Unreadable) as refused:
        folding.normal_address(text)
    assert refused.value.key == "bad_address"


def test_a_plus_in_a_link_stays_a_plus() -> None:
    assert folding.normal_address("mailto:anna%2Bmote@x.example.org") == "anna+mote@x.example.org"


@pytest.mark.parametrize("text", ["ÅSA  ek", "A\u030asa Ek\u00ad", " åsa\u00a0EK "])
def test_names_that_look_alike_fold_alike(text: str) -> None:
    assert folding.fold(text) == "åsa ek"
