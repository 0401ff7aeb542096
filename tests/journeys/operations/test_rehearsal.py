"""The rehearsal: a small year played on each database, and what it says when people and tables
disagree.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import email
import email.policy
import json
import os
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import psycopg
import pytest
import sqlalchemy as sa

from annualwheel.db import db
from annualwheel.models import Questionnaire, Registration
from annualwheel.models.drafts import Answer
from annualwheel.questionnaires import published
from annualwheel.questionnaires.definition import QuestionType
from rehearse import cast, place
from rehearse.__main__ import conclude, main
from rehearse.browser import Browser
from rehearse.clock import FastClock
from rehearse.ledger import COUNTED, Ledger, calendar_faults
from rehearse.post import Entry
from rehearse.stage import Stage
from rehearse.year import Rehearsal
from tests import databases

pytestmark = pytest.mark.rehearsal

ORGANISATIONS, SEED = 4, 2040
ACTS = (
    "registered",
    "declined",
    "substituted",
    "submitted",
    "initiatives",
    "calendar_requests",
    "calendar_updates",
    "calendar_cancels",
)


@dataclass
class Played:
    """A year that has been played: its stage still stands."""

    stage: Stage
    ledger: Ledger
    said: list[str]

    @property
    def summary(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(
            (self.stage.folder / "summary.json").read_text(encoding="utf-8")
        )
        return found

    def conclude(self) -> int:
        self.said.clear()
        return conclude(self.stage, self.ledger, 1.0, self.said.append)


@contextlib.contextmanager
def played(folder: Path, server_url: str) -> Iterator[Played]:
    """Plays a year of a few organisations."""
    contacts, said = cast.contacts(None, ORGANISATIONS, SEED), list[str]()
    place.clear(folder)
    with (
        place.database(folder, server_url) as url,
        place.database(folder, server_url, "spare") as spare,
        Stage(folder, url, spare, cast.domains(contacts[1])) as stage,
    ):
        yield Played(stage, Rehearsal(stage, contacts, SEED, said.append).play(), said)


def databases_of(server_url: str) -> set[str]:
    """What this process has made there; another may rehearse at the same time."""
    with contextlib.closing(psycopg.connect(server_url)) as connection:
        return {
            row[0]
            for row in connection.execute(
                "select datname from pg_database where datname = any(%s)",
                ([f"{name}_{os.getpid()}" for name in ("rehearsal", "spare")],),
            )
        }


@pytest.fixture(scope="module", params=databases.EACH)
def year(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Played]:
    """One year for all tests of this file, on each database."""
    url = databases.maintenance_url() if request.param == "postgresql" else ""
    with pytest.MonkeyPatch.context() as patch:
        databases.put_programs_first(patch)
        with played(tmp_path_factory.mktemp("rehearsal"), url) as found:
            yield found
    assert not url or not databases_of(url), "the rehearsal leaves its database on the server"


def test_people_and_tables_agree(year: Played) -> None:
    assert year.conclude() == 0, year.said
    assert year.summary.keys() == {*COUNTED, "seconds"}
    assert all(year.summary[name]["received"] == year.summary[name]["database"] for name in COUNTED)
    assert all(year.summary[name]["received"] > 0 for name in COUNTED), year.summary


def test_what_arrived_lies_in_the_folder(year: Played) -> None:
    year.conclude()
    mails = [
        email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        for file in (year.stage.folder / "mails").glob("*.eml")
    ]
    entries = [
        Entry.read(file.read_text(encoding="utf-8"))
        for file in (year.stage.folder / "calendar").glob("*.ics")
    ]
    books = [openpyxl.load_workbook(file) for file in (year.stage.folder / "packs").glob("*.xlsx")]
    assert len(mails) == year.summary["mails_received"]["database"] and all(
        mail["Message-ID"] for mail in mails
    )
    # Somebody was wanted who comes for another organisation.
    assert any("vill ha med dig" in mail["Subject"] for mail in mails)
    assert len(entries) == sum(year.summary[name]["received"] for name in ACTS[5:])
    assert len(books) == 3 and all(book.sheetnames[0] == "Läs mig" for book in books)


def test_the_answers_are_as_long_as_people_write(year: Played) -> None:
    """Half of the texts have 400 letters or more, where there is room for them; some are lists."""
    with year.stage.app.app_context():
        asked = {
            question.key
            for digest in db.session.scalars(sa.select(Questionnaire.digest))
            for section in published.by_digest(digest).sections
            for question in section.all_questions()
            if question.type is QuestionType.LONG_TEXT and (question.max_length or 0) >= 600
        }
        texts = list(
            db.session.scalars(sa.select(Answer.value).where(Answer.question_key.in_(asked)))
        )
    assert len(texts) > 100
    long = [text for text in texts if 400 <= len(text) <= 1000]
    assert 0.4 < len(long) / len(texts) < 0.65
    assert max(text.count("\n") for text in texts) >= 30


def test_a_count_that_differs_is_named_and_ends_badly(year: Played) -> None:
    with year.stage.app.app_context():
        registration = db.session.scalars(
            sa.select(Registration).where(Registration.state == "declined")
        ).first()
        assert registration is not None
        registration.state = "invited"
        db.session.commit()
        try:
            assert year.conclude() == 1
            declined = len(year.ledger.declined)
            assert (
                f"Stämmer inte: declined: {declined} sedda, {declined - 1} i databasen" in year.said
            )
        finally:
            registration.state = "declined"
            db.session.commit()


def test_an_entry_that_stays_in_the_calendar_of_who_left_is_named() -> None:
    request, cancel = Entry("REQUEST", "u1", 0, ""), Entry("CANCEL", "u1", 1, "")
    assert calendar_faults([request, cancel], 0) == []
    assert calendar_faults([request], 0) == ["kalendrarna: 1 bokningar står kvar, 0 kommer"]
    assert calendar_faults([request, Entry("REQUEST", "u1", 2, "")], 1) == [
        "kalenderbokning u1: REQUEST 2 efter 0"
    ]


def test_an_organisation_beyond_the_sample_comes_again_with_a_number() -> None:
    names = [body.name for body in cast.bodies(64)]
    assert len(set(names)) == 64 and names[62:] == [f"{name} 2" for name in names[:2]]


def test_time_only_goes_forward(tmp_path: Path) -> None:
    clock, other = FastClock(tmp_path / "clock"), FastClock(tmp_path / "clock")
    clock.to(dt.date(2027, 1, 22))
    assert other.now().isoformat() == "2027-01-22T08:00:00+00:00"
    with pytest.raises(ValueError, match="is before"):
        clock.to(dt.date(2027, 1, 21))


def test_a_list_that_cannot_be_read_stops_the_rehearsal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "lista.csv").write_text("inget;att\nläsa;här\n", encoding="utf-8")
    assert main(["--out", str(tmp_path / "ut"), "--contacts", str(tmp_path / "lista.csv")]) == 1
    assert "Repetitionen stannade" in capsys.readouterr().err


HELLO = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 46\r\n\r\n"
    b"<!doctype html><html lang=sv><p>Hej</p></html>"
)


@contextlib.contextmanager
def closing_server(*replies: bytes) -> Iterator[Browser]:
    """A browser before a server that closes every connection after its one reply, without having
    said so.
    """

    def serve() -> None:
        for reply in replies:
            connection, _from = listening.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(reply)

    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        Browser(f"http://127.0.0.1:{listening.getsockname()[1]}") as browser,
    ):
        server = threading.Thread(target=serve, daemon=True)
        server.start()
        yield browser
        server.join(10)


def test_a_browser_asks_again_when_the_server_has_closed_the_idle_connection() -> None:
    with closing_server(HELLO, HELLO) as browser:
        browser.open("/")
        assert browser.open("/again").text == "Hej"


def test_a_browser_that_no_server_answers_says_so() -> None:
    with closing_server(b"") as browser, pytest.raises(ConnectionError):
        browser.open("/")
