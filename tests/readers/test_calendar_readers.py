"""Our calendar entries, read by the parsers that people's calendars are built on."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from annualwheel.mail import ical
from annualwheel.mail.ical import Entry, Organiser, WholeDay
from tests.readers import libical

HERE = Path(__file__).parent
NOW = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
WINTER = dt.datetime(2027, 1, 15, 8, tzinfo=dt.UTC)
SUMMER = dt.datetime(2027, 6, 10, 7, tzinfo=dt.UTC)
FAR = dt.datetime(2039, 7, 1, 7, tzinfo=dt.UTC)
ORGANISER = Organiser("Årshjulet", "arshjulet@region.example", "https://arshjulet.example")


def entry(starts: dt.datetime, sequence: int = 0) -> Entry:
    return Entry(
        uid="0689c069-f117-48fd-8467-a75c7a7ee1e7",
        sequence=sequence,
        summary="Arbetsmötet; med, tecken",
        description="Acceptera lägger mötet i kalendern.\nDet ändrar inte din anmälan.",
        place="Exempelsalen, Karlstad",
        starts_at=starts,
        ends_at=starts + dt.timedelta(hours=7),
        attendee_name="Åsa von Exempel-Ängprov",
        attendee_address="asa@arj.example",
    )


def written(method: str, starts: dt.datetime, sequence: int = 0) -> bytes:
    write = {"REQUEST": ical.request, "CANCEL": ical.cancel}[method]
    return write(
        entry(starts, sequence),
        ORGANISER,
        NOW,
    )


@pytest.fixture(scope="session")
def node_folder() -> Path:
    """The folder of the reader, with ical.js installed as package.json pins it."""
    if not (HERE / "node_modules" / "ical.js").is_dir():
        subprocess.run(
            ["npm", "install", "--silent", "--no-audit", "--no-fund"],
            cwd=HERE,
            check=True,
            capture_output=True,
        )
    return HERE


@pytest.mark.parametrize("starts", [WINTER, SUMMER, FAR])
@pytest.mark.parametrize("method", ["REQUEST", "CANCEL"])
def test_ical_js_reads_the_same_moment_and_the_same_words(
    node_folder: Path, method: str, starts: dt.datetime
) -> None:
    done = subprocess.run(
        ["node", "read_calendar.mjs"],
        cwd=node_folder,
        input=written(method, starts, 2),
        capture_output=True,
        check=True,
    )
    found = json.loads(done.stdout)
    assert dt.datetime.fromisoformat(found["starts"]) == starts
    assert dt.datetime.fromisoformat(found["ends"]) == starts + dt.timedelta(hours=7)
    assert (found["method"], found["sequence"], found["summary"]) == (
        method,
        2,
        "Arbetsmötet; med, tecken",
    )
    assert (found["attendee"], found["name"]) == (
        "mailto:asa@arj.example",
        "Åsa von Exempel-Ängprov",
    )
    assert found["status"] == ("CANCELLED" if method == "CANCEL" else "CONFIRMED")


@pytest.mark.parametrize("starts", [WINTER, SUMMER, FAR])
@pytest.mark.parametrize("method", ["REQUEST", "CANCEL"])
def test_libical_finds_no_error_and_the_same_moment(method: str, starts: dt.datetime) -> None:
    assert libical.read(written(method, starts, 2)) == (0, 1, starts)


def feed() -> bytes:
    """What a calendar subscribes to: a seat in winter, one in summer that is not answered, one that
    is gone, and a last day.
    """
    entries = [
        entry(WINTER),
        replace(entry(SUMMER), uid="b", status="TENTATIVE"),
        replace(entry(FAR, 3), uid="c", status="CANCELLED"),
    ]
    return ical.feed(
        "Årshjulet: möten",
        entries,
        [WholeDay("d", "Sista dag att svara", "", dt.date(2026, 12, 11))],
        ORGANISER,
        NOW,
    )


def test_ical_js_reads_every_event_of_the_feed(node_folder: Path) -> None:
    done = subprocess.run(
        ["node", "read_feed.mjs"], cwd=node_folder, input=feed(), capture_output=True, check=True
    )
    found = json.loads(done.stdout)
    assert (found["name"], found["method"], found["again"]) == (
        "Årshjulet: möten",
        "PUBLISH",
        4 * 3600,
    )
    timed, whole = found["events"][:3], found["events"][3]
    assert [dt.datetime.fromisoformat(event["starts"]) for event in timed] == [WINTER, SUMMER, FAR]
    assert [event["status"] for event in timed] == ["CONFIRMED", "TENTATIVE", "CANCELLED"]
    assert [event["attendees"] for event in found["events"]] == [0, 0, 0, 0]
    assert (whole["wholeDay"], whole["day"], whole["summary"]) == (
        True,
        "2026-12-11",
        "Sista dag att svara",
    )


def test_libical_finds_no_error_in_the_feed() -> None:
    assert libical.read(feed()) == (0, 1, WINTER)
