"""The process that reads uploads: what a file may cost, and what happens when it costs more."""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable

import pytest

from annualwheel.contacts.imports import bounded as contacts
from annualwheel.contacts.imports import reading
from annualwheel.errors import Unreadable
from annualwheel.uploads import bounded
from tests.cpu_time import within
from tests.makers import workbooks
from tests.makers.workbooks import HEAD, row, sheet

ENDLESS = "tests.endless_reader"


def csv(text: str) -> bytes:
    return f"Namn;E-post;Organisation\n{text}".encode()


def shared(texts: str) -> bytes:
    """A workbook with a list, and shared texts that nothing uses."""
    return workbooks.zipped(workbooks.parts({"A": workbooks.LIST}, shared=f"<sst>{texts}</sst>"))


# Small files whose reading cost seconds and hundreds of megabytes, or would.
HOSTILE = {
    "one cell in the last row": lambda: workbooks.workbook(
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    ),
    "a text in a million pieces": lambda: workbooks.workbook(
        '<row><c t="inlineStr"><is>' + "<r><t>a</t></r>" * 300_000 + "</is></c></row>"
    ),
    "empty rows": lambda: workbooks.workbook("<row/>" * 2_100_000),
    "empty cells": lambda: workbooks.workbook("<row>" + "<c/>" * 2_100_000 + "</row>"),
    "shared texts": lambda: shared("<si><t>a</t></si>" * 1_100_000),
    "a tag without an end": lambda: workbooks.workbook(f'<row r="{"1" * 4_000_000}"/>'),
    "tags within tags": lambda: workbooks.workbook("<a>" * 1_000_000),
    "one line": lambda: csv(";" * 9_000_000),
    "a quote without an end": lambda: csv('"' + "a\n" * 4_000_000),
    "empty lines": lambda: csv("\n" * 9_000_000),
    "foreign bytes": lambda: csv("") + b"\xc3\xb6\xff" * 300_000,
    "marks": lambda: csv("\u0301" * 1_000_000),
}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_costs_seconds_at_most_and_ends_in_words(
    make: Callable[[], bytes],
) -> None:
    content = make()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        assert contacts.lists(content)
    except Unreadable as refused:
        assert refused.key in ("file_takes_too_much", "unclosed_quote", "file_broken")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime - before.ru_utime < 5


def test_the_process_that_asked_does_next_to_nothing() -> None:
    content = workbooks.workbook(f'<row r="{"1" * 4_000_000}"/>')

    def ask() -> None:
        with pytest.raises(Unreadable, match="file_takes_too_much"):
            contacts.lists(content)

    assert within(0.3, ask)


@pytest.mark.parametrize(
    "word, key",
    [("work", "file_takes_too_much"), ("memory", "file_takes_too_much"), ("else", "file_broken")],
)
def test_what_has_no_end_is_ended(word: str, key: str) -> None:
    with pytest.raises(Unreadable, match=key):
        bounded.run(ENDLESS, word.encode())


def test_what_stands_still_is_ended_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "SECONDS", 0.2)
    with pytest.raises(Unreadable, match="file_takes_too_much"):
        bounded.run(ENDLESS, b"work")


def test_it_gets_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEYS", "a secret")
    (environment,) = bounded.run(ENDLESS, b"environment")
    assert "secret" not in json.dumps(environment)


def test_it_loads_no_more_of_the_application_than_it_reads_with() -> None:
    told = bounded.run("tests.loaded_modules", b"")
    assert set(told) >= {"annualwheel.contacts.imports.reading"}
    assert not {"flask", "sqlalchemy", "openpyxl", "annualwheel.db", "config"} & set(told)
    # The tests themselves do, so the process is another.
    assert "sqlalchemy" in sys.modules


def test_it_gives_what_reading_gives() -> None:
    sheets = {
        "Lista": sheet(row((*HEAD, "Ort")), row(("Åsa Prov", "=1", "Eda", "Åmål"), ' hidden="1"')),
        "Fler": sheet(row(HEAD), "<row><c><f>A1</f></c></row>"),
    }
    content = workbooks.zipped(workbooks.parts(sheets, states={"Fler": "hidden"}))
    assert [_plain(one) for one in contacts.lists(content)] == [
        _plain(one) for one in reading.lists(content)
    ]


def test_it_refuses_as_reading_does() -> None:
    with pytest.raises(Unreadable) as caught:
        contacts.lists(csv('Bo;b@x.example;"Eda'))
    assert (caught.value.key, caught.value.params) == ("unclosed_quote", {"line": 2})
    with pytest.raises(Unreadable, match="file_too_large"):
        contacts.lists(b"x" * (contacts.FILE_LIMIT + 1))


def _plain(one: reading.Sheet) -> object:
    found = one.headings
    headings = (found.row, dict(found.columns), list(found.ignored), list(found.double))
    lines = [(line.number, dict(line.cells), line.hidden) for line in one.lines]
    return one.name, one.visible, one.encoding, list(one.words), one.certain, headings, lines
