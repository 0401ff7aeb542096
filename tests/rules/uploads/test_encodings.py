"""Texts as other machines save them: in which encoding, and what is said where it is in doubt."""

from __future__ import annotations

import pytest

from annualwheel.contacts.imports import reading
from annualwheel.errors import Unreadable
from annualwheel.uploads import encodings

LIST = "Namn;E-post;Organisation\nBjörn Ängå;b@x.example;Säffle kommun\n"


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "mac_roman", "cp850"],
)
def test_swedish_letters_tell_the_encoding(encoding: str) -> None:
    (found,) = encodings.readings(LIST.encode(encoding))
    assert (found.text, found.certain) == (LIST, True)
    assert found.encoding == encoding.removesuffix("-sig")


@pytest.mark.parametrize("encoding, byte", [("cp1252", "ö"), ("cp850", "ö"), ("mac_roman", "ö")])
def test_a_foreign_byte_in_utf_8_is_read_and_told(encoding: str, byte: str) -> None:
    content = LIST.encode() + b"Bo Ek;bo@x.example;Hammar" + byte.encode(encoding) + b"\n"
    (found,) = encodings.readings(content)
    assert found.text == LIST + "Bo Ek;bo@x.example;Hammarö\n"
    assert (found.words, found.certain) == (("Hammarö",), False)


@pytest.mark.parametrize(
    "encoding, name", [("cp1252", "Þórr"), ("mac_roman", "Ôrr"), ("cp850", "Þórr")]
)
def test_what_is_in_doubt_comes_with_every_candidate(encoding: str, name: str) -> None:
    content = LIST.replace("Björn", name).replace("Ängå", "Åse")
    found = encodings.readings(content.encode(encoding))
    assert len(found) == 3 and not any(one.certain for one in found)
    assert content in [one.text for one in found]
    assert all(one.words for one in found)


def test_the_lists_are_given_for_every_candidate() -> None:
    content = LIST.replace("Björn", "Þórr").encode("cp1252")
    found = reading.lists(content)
    assert found[0].encoding == "cp1252"
    assert found[0].lines[0].cells["name"].text == "Þórr Ängå"
    assert {one.encoding for one in found} == set(encodings.OF_ONE_BYTE)


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman", "cp850"])
def test_usual_letters_and_signs_leave_no_doubt(encoding: str) -> None:
    content = LIST.replace("Björn", "André Müller-Øst")
    (found,) = encodings.readings(content.encode(encoding))
    assert (found.text, found.certain) == (content, True)


def test_headings_tell_the_encoding_where_names_do_not() -> None:
    content = "Förnamn;Efternamn;E-post;Organisation\nÞór;Ek;b@x.example;Eda\n"
    for encoding in ("cp1252", "cp850"):
        (found,) = reading.lists(content.encode(encoding))
        assert found.lines[0].cells["given"].text == "Þór"
        assert found.certain


@pytest.mark.parametrize(
    "text, line",
    [
        ('Cajsa;c@x.example;"Före\nDag;d@x.example;Eda\n', 2),
        ('Bo;b@x.example;Eda\nCajsa;c@x.example;"Före\nDag;d@x.example;Eda\nE;e@x.example;X"', 3),
        ('Bo;b@x.example;"', 2),
        ('"Bo;b@x.example;Eda\n' + "D;d@x.example;Eda\n" * 9_000, 2),
    ],
)
def test_a_quote_without_an_end_names_its_line(text: str, line: int) -> None:
    with pytest.raises(Unreadable) as caught:
        reading.read(f"Namn;E-post;Organisation\n{text}".encode())
    assert (caught.value.key, caught.value.params) == ("unclosed_quote", {"line": line})


def test_a_quoted_cell_may_have_several_lines() -> None:
    content = 'Namn;E-post;Organisation\nBo Ek;b@x.example;"Eda;\nkommun"\nC D;c@x.example;X\n'
    assert [line.number for line in reading.read(content.encode()).lines] == [2, 3]
