"""The rows of the bench with their limits, and what came of them: as a table and as JSON."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

KINDS = ("sqlite", "postgresql")
RESULTS = Path(__file__).parent / "results.json"


@dataclass(frozen=True)
class Limit:
    """What has to hold.

    The figure, or its ratio to the reference, is at most (or at least) a value for each database.
    """

    sqlite: float
    postgresql: float
    of: str = "figure"
    at_least: bool = False

    def value(self, database: str) -> float:
        """The value for that database."""
        return self.sqlite if database == "sqlite" else self.postgresql

    def holds(self, judged: float | None, database: str) -> bool:
        """Whether the figure, or the ratio, keeps the limit; one that is not there does not."""
        if judged is None:
            return False
        value = self.value(database)
        return judged >= value if self.at_least else judged <= value

    def text(self, database: str) -> str:
        """The limit as it stands in the table, such as "ratio ≥ 4.5"."""
        what = "ratio " if self.of == "ratio" else ""
        sign = "≥" if self.at_least else "≤"
        return f"{what}{sign} {self.value(database):g}"


@dataclass(frozen=True)
class Row:
    """One figure.

    `measure` names the module's run that gives it; `reference` says what it is compared with, ""
    for nothing.
    """

    name: str
    measure: str
    unit: str
    limit: Limit
    reference: str = ""
    databases: tuple[str, ...] = KINDS


@dataclass(frozen=True)
class Result:
    """A measured row, as it stands in results.json. `limit` is text, such as "ratio ≥ 4.5"."""

    name: str
    database: str
    figure: float
    unit: str
    reference: float | None
    ratio: float | None
    limit: str
    holds: bool


@dataclass(frozen=True)
class Sample:
    """One round: the figure and the reference measured beside it."""

    figure: float
    reference: float | None = None


CPU = "CPU-ms"
ROWS = (
    Row("landing page", "landing", CPU, Limit(6, 7), "hello-world view"),
    Row("registration", "registration", CPU, Limit(30, 35)),
    Row("registrations or mails lost or double", "registration", "count", Limit(0, 0)),
    Row(
        "a whole registration, both mails sent",
        "whole-registration",
        CPU,
        Limit(50, 60, of="ratio"),
        "hello-world view",
    ),
    Row("saving one answer", "saving", CPU, Limit(5, 6)),
    Row("submitting 10 questions, 0 stored", "submitting", CPU, Limit(30, 30)),
    Row("submitting 10 questions, 500 stored", "submitting", CPU, Limit(30, 30), "0 stored"),
    Row("submitting 10 questions, 50,000 stored", "submitting", CPU, Limit(30, 30), "0 stored"),
    Row("submitting, 50,000 against 0", "submitting", CPU, Limit(1.3, 1.3, of="ratio"), "0 stored"),
    Row(
        "10 questions, from form to receipt",
        "whole-answer",
        CPU,
        Limit(55, 65, of="ratio"),
        "hello-world view",
    ),
    Row("saving, 30 writers, 95th percentile", "writers", "ms", Limit(20, 20)),
    Row("saves lost without a word to their author", "writers", "count", Limit(0, 0)),
    Row(
        "2,000 invitations, server takes 20 ms",
        "mail",
        "mails/s",
        Limit(4.5, 4.5, of="ratio", at_least=True),
        "smtplib loop",
    ),
    Row(
        "2,000 invitations, no delay",
        "mail",
        "mails/s",
        Limit(0.4, 0.4, of="ratio", at_least=True),
        "smtplib loop",
    ),
    Row("one invitation, no delay", "mail", CPU, Limit(4, 5)),
    Row("pack of 18,000 initiatives", "pack", "s", Limit(1.3, 1.3, of="ratio"), "openpyxl alone"),
    Row("pack, peak memory over idle", "pack", "MiB", Limit(28.6, 28.6)),
    Row(
        "registering while a pack is built and a list imported, 95th percentile",
        "beside",
        "ms",
        Limit(1.5, 1.5, of="ratio"),
        "beside two processes without the database",
    ),
    Row(
        "landing page while ten writers wait",
        "waiting",
        "s",
        Limit(1.5, 1.5),
        databases=("sqlite",),
    ),
    Row("meeting page, queries", "lists", "count", Limit(1, 1, of="ratio"), "50 registrations"),
    Row("meeting page, 5,000 registrations", "lists", "s", Limit(0.3, 0.3), "50 registrations"),
    Row("people list, queries", "lists", "count", Limit(1, 1, of="ratio"), "50 registrations"),
    Row("people list, 5,000 registrations", "lists", "s", Limit(0.3, 0.3), "50 registrations"),
    Row("45,000 people to Excel, peak memory over idle", "exports", "MiB", Limit(15, 15)),
    Row("make run, memory", "run", "MiB", Limit(170, 170), databases=("sqlite",)),
    Row("second make run, first page", "run", "s", Limit(2, 2), databases=("sqlite",)),
)
BY_NAME = {row.name: row for row in ROWS}
MEASURES = tuple(dict.fromkeys(row.measure for row in ROWS))


def judge(name: str, database: str, samples: Sequence[Sample]) -> Result:
    """The medians of a row's rounds, held against its limit."""
    row = BY_NAME[name]
    figure = statistics.median(sample.figure for sample in samples)
    references = [sample.reference for sample in samples if sample.reference is not None]
    reference = statistics.median(references) if references else None
    ratio = None
    if reference:
        ratio = statistics.median(s.figure / s.reference for s in samples if s.reference)
    judged = ratio if row.limit.of == "ratio" else figure
    return Result(
        name=name,
        database=database,
        figure=round(figure, 4),
        unit=row.unit,
        reference=_rounded(reference),
        ratio=_rounded(ratio),
        limit=row.limit.text(database),
        holds=row.limit.holds(judged, database),
    )


def lines(results: Iterable[Result]) -> list[str]:
    """The table, a line each."""
    rows = [("work", "database", "figure", "unit", "reference", "ratio", "limit", "holds")]
    rows += [
        (
            r.name,
            r.database,
            _number(r.figure),
            r.unit,
            _number(r.reference),
            _number(r.ratio),
            r.limit,
            "yes" if r.holds else "NO",
        )
        for r in results
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [_line(row, widths) for row in rows]


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [cell.ljust(width) for cell, width in zip(cells, widths, strict=True)]
    return "  ".join(padded).rstrip()


def write(results: Iterable[Result], path: Path = RESULTS) -> None:
    """Writes the results as a JSON list."""
    found = [asdict(result) for result in results]
    text = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
    path.write_text(text, encoding="utf-8")


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _number(value: float | None) -> str:
    if value is None:
        return ""
    if value == int(value):
        return f"{value:.0f}"
    return f"{value:.3g}" if value < 100 else f"{value:,.0f}"
