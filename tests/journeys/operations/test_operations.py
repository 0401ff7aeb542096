"""What the people who run the service meet: health, readiness, the log, the commands."""

from __future__ import annotations

import datetime as dt
import json
import logging
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import event

from annualwheel import create_app, log, storage
from annualwheel.db import db
from annualwheel.mail import outbox
from annualwheel.mail.outbox import Recipient
from annualwheel.models import Message, Staff, StaffLink
from annualwheel.services import services
from config import ROOT, Settings
from tests.conftest import Fixed
from tests.smtp_server import Smtp
from tests.tiny_browser import Browser


def test_the_process_says_that_it_lives(app: Flask) -> None:
    reply = app.test_client().get("/healthz")
    assert (reply.status_code, reply.get_json()) == (200, {"status": "ok"})


def test_ready_tells_the_age_of_the_oldest_due_mail(app: Flask, clock: Fixed) -> None:
    with app.app_context():
        outbox.put(
            "prov",
            "test_mail",
            Recipient("a@kommun.example", ""),
            {"sent_at": "nu"},
            {},
            clock.now() - dt.timedelta(seconds=90),
        )
        db.session.commit()
    reply = app.test_client().get("/readyz")
    assert (reply.status_code, reply.get_json()) == (
        200,
        {
            "status": "ok",
            "migrated": True,
            "problems": [],
            "clock_ahead": 0,
            "oldest_due_mail": 90,
            "mail_stands_still": 0,
            "mail_refused_at": "",
            "stopped_mailings": 0,
        },
    )


def test_not_ready_when_the_disk_is_nearly_full(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "LEAST", 2**60)
    reply = app.test_client().get("/readyz")
    assert (reply.status_code, reply.json["status"]) == (503, "storage")
    assert all("Frigör plats" in sentence for sentence in reply.json["problems"])


def test_not_ready_when_the_database_is_out_of_reach(
    settings_for: Callable[..., Settings], tmp_path: Path
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    unreachable = create_app(settings_for(f"postgresql://nobody@127.0.0.1:{port}/none"))
    reply = unreachable.test_client().get("/readyz")
    assert (reply.status_code, reply.json["status"]) == (503, "unreachable")


@pytest.fixture
def only_reads(app: Flask) -> Iterator[None]:
    """A database that is out of room, or a standby: it can be read, nothing is written."""
    with app.app_context():
        engine = db.engine
    statement = (
        "pragma query_only=on"
        if engine.dialect.name == "sqlite"
        else "set default_transaction_read_only=on"
    )

    def refuse(connection: Any, _record: object) -> None:
        connection.execute(statement)
        if engine.dialect.name != "sqlite":
            connection.commit()

    engine.dispose()
    event.listen(engine, "connect", refuse)
    yield
    event.remove(engine, "connect", refuse)
    engine.dispose()


@pytest.mark.usefixtures("only_reads")
def test_a_database_that_takes_nothing_is_read_and_says_to_try_again(visitor: Browser) -> None:
    visitor.open("/lank").fill("E-postadress", "anna.berg@kommun.example")
    visitor.press("Få en ny länk med e-post")
    assert visitor.status == 503
    visitor.see("Försök igen")


def test_not_ready_behind_the_newest_migration(app: Flask) -> None:
    with app.app_context():
        db.session.execute(db.text("update alembic_version set version_num = '0001'"))
        db.session.commit()
    try:
        assert app.test_client().get("/readyz").status_code == 503
    finally:
        with app.app_context():
            db.session.execute(
                db.text("update alembic_version set version_num = :head"),
                {"head": ScriptDirectory(app.extensions["migrate"].directory).get_current_head()},
            )
            db.session.commit()


@pytest.mark.parametrize(
    "path", ["/i/abc.1.hemligt", "/f/abc.1.hemligt", "/logga-in/abc.1.hemligt"]
)
def test_no_token_and_no_address_reaches_the_log(
    path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    log.prepare_log(Settings(secret_keys=("k" * 40,)))
    structlog.get_logger().info(
        "fel", path=f"http://localhost{path}?x=1", who="anna.berg@kommun.example"
    )
    logging.getLogger("library").warning("GET %s by anna.berg@kommun.example", path)
    written = capsys.readouterr().out
    assert "hemligt" not in written
    assert "anna.berg" not in written
    assert [json.loads(line)["event"] for line in written.splitlines()]


def test_a_failure_shows_a_code_that_the_log_has_too(
    app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    log.prepare_log(Settings(secret_keys=("k" * 40,)))
    with app.app_context():
        db.session.execute(db.text("alter table messages rename to hidden"))
        db.session.commit()
    try:
        reply = app.test_client().get("/readyz")
    finally:
        with app.app_context():
            db.session.execute(db.text("alter table hidden rename to messages"))
            db.session.commit()
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    code = next(line["code"] for line in lines if line["event"] == "failure")
    assert reply.status_code in (500, 503)
    assert code in reply.get_data(as_text=True)


def test_the_first_administrator_is_added_on_the_command_line(app: Flask) -> None:
    runner = app.test_cli_runner()
    done = runner.invoke(args=["staff", "add", "vera@region.example", "--name", "Vera Exempel"])
    assert done.exit_code == 0, done.output
    assert "/logga-in" in done.output
    with app.app_context():
        assert [role.role for role in db.session.query(Staff).one().roles] == ["administrator"]
    again = runner.invoke(args=["staff", "add", "vera@region.example", "--name", "Vera Exempel"])
    assert again.exit_code != 0
    assert "Det finns redan ett konto" in again.output


def test_the_mail_settings_are_proved_by_a_real_mail(
    make_app: Callable[..., Flask], smtp: Smtp
) -> None:
    app = make_app(mail_allow=("region.example",))
    done = app.test_cli_runner().invoke(args=["mail", "test", "vera@region.example"])
    assert (done.exit_code, "servern tog emot" in done.output) == (0, True), done.output
    assert smtp.last("vera@region.example").subject


def test_a_refused_test_mail_says_what_the_server_said(
    make_app: Callable[..., Flask], smtp: Smtp
) -> None:
    app = make_app(mail_allow=("region.example",))
    smtp.answers["vera@region.example"] = "550 No such person"
    done = app.test_cli_runner().invoke(args=["mail", "test", "vera@region.example"])
    assert done.exit_code == 1
    assert "No such person" in done.output
    with app.app_context():
        assert db.session.query(Message).one().state == "failed"


def test_the_questions_are_checked_on_the_command_line(app: Flask) -> None:
    done = app.test_cli_runner().invoke(args=["forms", "check"])
    assert done.exit_code == 0, done.output
    assert {line.split(":")[0] for line in done.output.splitlines() if "inga fel" in line} == {
        "arbetsmote",
        "efter_arbetsmotet",
        "konferens",
        "riktningsmote",
    }


def test_what_is_wrong_with_a_question_is_named_with_its_file(
    make_app: Callable[..., Flask], tmp_path: Path
) -> None:
    text = (
        (ROOT / "forms" / "arbetsmote.toml")
        .read_text("utf-8")
        .replace('type = "long_text"', 'type = "essay"', 1)
    )
    (tmp_path / "arbetsmote.toml").write_text(text, "utf-8")
    done = make_app(forms_folder=tmp_path).test_cli_runner().invoke(args=["forms", "check"])
    assert done.exit_code == 1
    for part in ("arbetsmote.toml", "mal", "essay"):
        assert part in done.output


def test_the_demonstration_year_fills_an_empty_database_once(app: Flask) -> None:
    runner = app.test_cli_runner()
    first = runner.invoke(args=["demo", "fill"])
    assert (first.exit_code, "62 organisationer" in first.output) == (0, True), first.output
    second = runner.invoke(args=["demo", "fill"])
    assert "Ingenting ändrades" in second.output
    shown = runner.invoke(args=["demo", "links"]).output
    for label in ("Deltagare, inbjudan", "Deltagare, förberedelse", "Koordinator", "Processledare"):
        assert label in shown
    with app.app_context():
        lives = [link.expires_at - services().clock.now() for link in db.session.query(StaffLink)]
    # Somebody who looks around opens them during the day.
    assert min(lives) >= dt.timedelta(hours=23)
