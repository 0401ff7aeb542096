"""Who may import whom, which library belongs where, and who commits."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.structure.sources import PACKAGE, PRODUCT, calls, check_none, imports, name_of, nodes

# Every module has a floor; it may import from its own and those below. A longer name wins over a
# shorter one.
FLOORS = {
    "db": 0,
    "errors": 0,
    "clock": 0,
    "dates": 0,
    "names": 0,
    "sorting": 0,
    "models": 1,
    "outbox": 2,
    "ical": 2,
    "links": 2,
    "letters": 2,
    "kinds": 2,
    "audit": 2,
    "limits": 2,
    "ticks": 2,
    "questionnaires.definition": 2,
    "questionnaires.values": 2,
    "questionnaires.path": 2,
    "questionnaires.form": 2,
    "questionnaires.problems": 2,
    "questionnaires.checks": 2,
    "questionnaires.reading": 2,
    "questionnaires": 2,
    "years": 10,
    "reference": 10,
    "contacts": 11,
    "imports": 12,
    "directory": 12,
    "needs": 12,
    "staff": 12,
    "registrations": 13,
    "personal_links": 13,
    "readdressing": 13,
    "undelivered": 14,
    "questionnaires.published": 14,
    "questionnaires.deadline": 14,
    "questionnaires.membership": 14,
    "questionnaires.team": 14,
    "questionnaires.presence": 14,
    "questionnaires.drafts": 14,
    "questionnaires.answers": 14,
    "questionnaires.items": 14,
    "questionnaires.carried": 14,
    "questionnaires.history": 14,
    "questionnaires.progress": 14,
    "questionnaires.notices": 14,
    "questionnaires.submission": 14,
    "registrations.colleagues": 15,
    "questionnaires.reopening": 14,
    "lost_links": 15,
    "departures": 15,
    "own_data": 15,
    "extracts": 15,
    "traces": 15,
    "erasure": 16,
    "feed": 15,
    "announcements": 14,
    "retention": 18,
    "meetings": 15,
    "planning": 15,
    "audiences": 16,
    "results": 16,
    "reminders": 17,
    "orders": 17,
    "mailings": 18,
    "workshop": 19,
    "house": 30,
    "log": 30,
    "delivery": 30,
    "demo": 30,
    "jobs": 31,
    "cli": 32,
    "cli_demo": 32,
    "cli_contacts": 32,
    "cli_rehearse": 32,
    "web": 32,
    "rehearsal": 32,
    "": 33,
}
EDGE = 30
LIBRARIES = {
    "flask": (
        "db",
        "house",
        "log",
        "delivery",
        "demo",
        "jobs",
        "cli",
        "cli_demo",
        "cli_contacts",
        "web",
        "rehearsal",
        "",
    ),
    "flask_babel": ("web",),
    "flask_wtf": ("web",),
    "flask_mail": ("delivery",),
    "flask_sqlalchemy": ("db",),
    "flask_migrate": ("cli",),
    "wtforms": ("web", "questionnaires.form"),
    "openpyxl": ("workshop", "contacts", "imports", "rehearsal"),
    "icalendar": ("ical", "rehearsal"),
    "markdown_it": ("letters",),
    "smtplib": ("delivery",),
    "huey": ("jobs", "house"),
    "config": ("house", "log", "delivery", "jobs", "cli", "cli_rehearse", ""),
}
MAY_COMMIT = ("ticks", "workshop.packs")
DRAFTS = {"Answer", "AnswerHistory", "Item", "drafts", "answers", "items"}


def module_of(path: Path) -> str:
    """ "registrations.states" for a file below annualwheel."""
    parts = list(path.relative_to(PACKAGE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def place(module: str, places: dict[str, int] | tuple[str, ...]) -> str | None:
    """The entry of a table a module belongs to: its own name, else the nearest package that has
    one.
    """
    parts = module.split(".") if module else []
    for length in range(len(parts), 0, -1):
        if (name := ".".join(parts[:length])) in places:
            return name
    return "" if not module and "" in places else None


def ours(path: Path) -> Iterator[str]:
    """What a file imports of annualwheel, named as in the tables."""
    for name in imports(path):
        if name == "annualwheel" or name.startswith("annualwheel."):
            yield name.removeprefix("annualwheel").removeprefix(".")


def test_calls_go_downwards() -> None:
    check_none(line for path in PRODUCT for line in upward_calls(path))


def upward_calls(path: Path) -> Iterator[str]:
    """What is wrong with the imports of a file, or that it has no floor."""
    own = place(module_of(path), FLOORS)
    if own is None:
        yield f"{name_of(path)} is new: give it a floor"
        return
    for name in ours(path):
        other = place(name, FLOORS)
        if other is None or FLOORS[other] > FLOORS[own]:
            yield f"{name_of(path)} (floor {FLOORS[own]}) imports {name}"


def test_a_library_is_used_where_it_belongs() -> None:
    check_none(
        f"{name_of(path)} must not know {name}"
        for path in PRODUCT
        for name in sorted({name.split(".")[0] for name in imports(path)} & set(LIBRARIES))
        if place(module_of(path), LIBRARIES[name]) is None
    )


def test_the_workshop_never_sees_a_draft() -> None:
    """Drafts stay with those who write them."""
    check_none(
        f"{name_of(path)}:{node.lineno} {alias.name}"
        for path in PRODUCT
        if module_of(path).startswith("workshop")
        for node in nodes(path)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name in DRAFTS
    )


def test_subjects_never_commit() -> None:
    check_none(
        f"{name_of(path)}:{call.lineno} commits"
        for path in PRODUCT
        if is_below_the_edge(path) and module_of(path) not in MAY_COMMIT
        for name, call in calls(path)
        if name.endswith("session.commit")
    )


def is_below_the_edge(path: Path) -> bool:
    """Whether a file belongs to the subjects, or to what they build on."""
    return FLOORS[place(module_of(path), FLOORS) or ""] < EDGE
