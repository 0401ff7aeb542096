"""The bench measures all it promises, judges by its limits and writes what others can read.

Nothing slow runs here.
"""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import pytest

from bench import table, visitors
from bench.__main__ import MEASURING
from bench.answers import unaccounted
from bench.load import spread
from bench.places import QUIET
from bench.table import BY_NAME, KINDS, MEASURES, ROWS, Result, Sample, judge

pytestmark = pytest.mark.bench

# Name -> SQLite, PostgreSQL, what is held against the limit, and whether more is better: the
# promises, written a second time.
PROMISED = {
    "landing page": (6, 7, "figure", False),
    "registration": (30, 35, "figure", False),
    "registrations or mails lost or double": (0, 0, "figure", False),
    "a whole registration, both mails sent": (50, 60, "ratio", False),
    "saving one answer": (5, 6, "figure", False),
    "submitting 10 questions, 0 stored": (30, 30, "figure", False),
    "submitting 10 questions, 500 stored": (30, 30, "figure", False),
    "submitting 10 questions, 50,000 stored": (30, 30, "figure", False),
    "submitting, 50,000 against 0": (1.3, 1.3, "ratio", False),
    "10 questions, from form to receipt": (55, 65, "ratio", False),
    "saving, 30 writers, 95th percentile": (20, 20, "figure", False),
    "saves lost without a word to their author": (0, 0, "figure", False),
    "2,000 invitations, server takes 20 ms": (4.5, 4.5, "ratio", True),
    "2,000 invitations, no delay": (0.4, 0.4, "ratio", True),
    "one invitation, no delay": (4, 5, "figure", False),
    "pack of 18,000 initiatives": (1.3, 1.3, "ratio", False),
    "pack, peak memory over idle": (28.6, 28.6, "figure", False),  # 30 MB in MiB
    "registering while a pack is built and a list imported, 95th percentile": (
        1.5,
        1.5,
        "ratio",
        False,
    ),
    "landing page while ten writers wait": (1.5, 1.5, "figure", False),
    "meeting page, queries": (1, 1, "ratio", False),
    "meeting page, 5,000 registrations": (0.3, 0.3, "figure", False),
    "people list, queries": (1, 1, "ratio", False),
    "people list, 5,000 registrations": (0.3, 0.3, "figure", False),
    "45,000 people to Excel, peak memory over idle": (15, 15, "figure", False),
    "make run, memory": (170, 170, "figure", False),
    "second make run, first page": (2, 2, "figure", False),
}


def test_every_promise_is_a_row_with_its_limit() -> None:
    found = {
        row.name: (row.limit.sqlite, row.limit.postgresql, row.limit.of, row.limit.at_least)
        for row in ROWS
    }
    assert found == PROMISED


def test_every_row_is_measured_on_both_databases_but_those_of_one_file() -> None:
    assert set(MEASURES) == set(MEASURING)
    assert {row.name for row in ROWS if row.databases != KINDS} == {
        "make run, memory",
        "second make run, first page",
        "landing page while ten writers wait",
    }


@pytest.mark.parametrize(
    ("standing", "history", "lost"),
    [
        ({"second": 2}, {"refused"}, 0),
        ({"first": 1}, {"refused"}, 1),
        ({"second": 2}, set(), 1),
        ({"second": 3}, {"refused"}, 1),
    ],
)
def test_a_save_that_is_neither_there_nor_told_is_lost(
    standing: dict[str, int], history: set[str], lost: int
) -> None:
    def note(value: str, kept: bool, stamp: str) -> dict[str, object]:
        return {"place": "/spara/x", "field": "skapa", "value": value, "kept": kept, "stamp": stamp}

    notes = [note("first", True, "1-a"), note("refused", False, "1-a"), note("second", True, "2-b")]
    assert unaccounted(notes, standing, history) == lost
    assert unaccounted([*notes, note("twin", True, "2-c")], standing, history) >= 1


def test_a_ratio_is_only_asked_for_where_there_is_a_reference() -> None:
    assert all(row.reference for row in ROWS if row.limit.of == "ratio")


@pytest.mark.parametrize(
    ("name", "samples", "holds"),
    [
        ("landing page", [Sample(6.0), Sample(9.0), Sample(1.0)], True),
        ("landing page", [Sample(6.1)], False),
        ("2,000 invitations, no delay", [Sample(40, 100)], True),
        ("2,000 invitations, no delay", [Sample(39, 100)], False),
        ("submitting, 50,000 against 0", [Sample(26, 20)], True),
        ("submitting, 50,000 against 0", [Sample(27, 20)], False),
        ("pack of 18,000 initiatives", [Sample(1.0)], False),
        ("registrations or mails lost or double", [Sample(1)], False),
    ],
)
def test_the_median_is_held_against_the_limit(
    name: str, samples: list[Sample], holds: bool
) -> None:
    assert judge(name, "sqlite", samples).holds is holds


def test_each_database_has_its_own_limit() -> None:
    assert not judge("landing page", "sqlite", [Sample(6.5)]).holds
    assert judge("landing page", "postgresql", [Sample(6.5)]).holds


def test_results_are_a_list_of_objects_with_the_promised_names(tmp_path: Path) -> None:
    table.write([judge("landing page", "sqlite", [Sample(4.0, 0.4)])], tmp_path / "results.json")
    assert json.loads((tmp_path / "results.json").read_text(encoding="utf-8")) == [
        {
            "name": "landing page",
            "database": "sqlite",
            "figure": 4.0,
            "unit": "CPU-ms",
            "reference": 0.4,
            "ratio": 10.0,
            "limit": "≤ 6",
            "holds": True,
        }
    ]
    assert [field.name for field in fields(Result)] == [
        "name",
        "database",
        "figure",
        "unit",
        "reference",
        "ratio",
        "limit",
        "holds",
    ]


def test_the_table_says_what_does_not_hold() -> None:
    shown = table.lines([judge("landing page", "sqlite", [Sample(7.0)])])
    assert shown[-1].split()[-1] == "NO"
    assert all(name in BY_NAME for name in PROMISED)


def test_no_job_is_left_out_when_jobs_are_dealt_out() -> None:
    jobs = [{"number": number} for number in range(21)]
    assert sorted(job["number"] for dealt in spread(jobs) for job in dealt) == list(range(21))


def test_a_page_without_what_is_looked_for_is_an_error() -> None:
    with pytest.raises(LookupError):
        visitors.Page(200, "", "<p>Nothing</p>").find(visitors.CSRF)


def test_what_is_measured_does_not_depend_on_the_settings_of_the_one_who_measures() -> None:
    assert not [name for name in QUIET if name.startswith(("MAIL_", "DATABASE_URL", "SECRET_KEYS"))]
