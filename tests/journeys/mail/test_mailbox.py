"""The development mailbox: a real SMTP server keeps the mails, pages show them, and no deployment
has it.
"""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from flask import Flask

from config import Settings, SettingsError
from devmail.maildir import Keep
from tests.tiny_browser import Browser


@pytest.fixture
def send(tmp_path: Path) -> Iterator[Callable[..., None]]:
    """`send(subject, …)` hands a mail to the mailbox's server, which keeps it in `tmp_path`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(Keep(tmp_path), hostname="127.0.0.1", port=port, ready_timeout=15)
    controller.start()

    def hand_over(
        subject: str, to: str = "anna@kommun.example", calendar: str = "", html: str = "<p>Hej</p>"
    ) -> None:
        mail = EmailMessage()
        mail["Subject"], mail["To"], mail["From"], mail["Content-Language"] = (
            subject,
            to,
            "a@region.example",
            "sv",
        )
        mail.set_content("Hej Åsa!\n\nÖppna http://localhost/i/abc.1.xyz för att svara.\n")
        mail.add_alternative(f"<html><head></head><body>{html}</body></html>", subtype="html")
        if calendar:
            mail.add_alternative(calendar, subtype="calendar", params={"method": "CANCEL"})
        with smtplib.SMTP("127.0.0.1", port, timeout=10) as server:
            server.send_message(mail)

    yield hand_over
    controller.stop()


@pytest.fixture
def reader(make_app: Callable[..., Flask], tmp_path: Path) -> Browser:
    """A browser on an application that shows the mailbox."""
    return Browser(make_app(dev_mailbox=tmp_path))


def test_an_empty_mailbox_says_so(reader: Browser) -> None:
    reader.open("/brevlada").see("Inga mejl än")


def test_mails_are_listed_with_the_newest_first(reader: Browser, send: Callable[..., None]) -> None:
    send("Första")
    send(
        "Andra",
        to="bo@kommun.example",
        calendar="BEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\nEND:VCALENDAR\r\n",
    )
    reader.open("/brevlada").see("bo@kommun.example", "Kalenderavbokning", "Mejl")
    assert reader.text.index("Andra") < reader.text.index("Första")


def test_a_mail_is_shown_in_every_way(reader: Browser, send: Callable[..., None]) -> None:
    send("Inbjudan till Årsmötet", calendar="BEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\nEND:VCALENDAR\r\n")
    reader.open("/brevlada").follow("Inbjudan till Årsmötet")
    assert [a.get("href") for a in reader.page.all("a") if "/i/" in a.get("href")] == [
        "http://localhost/i/abc.1.xyz"
    ]
    reader.follow("Ren text").see("Hej Åsa!")
    reader.follow("Kalender").see("METHOD:CANCEL")
    reader.follow("Källa").see(
        "Delivered-To: anna@kommun.example", "Subject: Inbjudan till =?utf-8?"
    )


def test_the_file_is_the_mail_as_it_came(
    reader: Browser, send: Callable[..., None], tmp_path: Path
) -> None:
    send("Hej")
    name = next((tmp_path / "new").iterdir()).name
    reply = reader.fetch("GET", f"/brevlada/{name}/fil")
    assert reply.data == (tmp_path / "new" / name).read_bytes()
    assert reply.mimetype == "message/rfc822"


def test_a_mail_can_neither_run_scripts_nor_fetch(
    reader: Browser, send: Callable[..., None], tmp_path: Path
) -> None:
    send("Hej", html="<script>top.location='/'</script>")
    name = next((tmp_path / "new").iterdir()).name
    policy = reader.fetch("GET", f"/brevlada/{name}/innehall").headers["Content-Security-Policy"]
    assert "sandbox" in policy and "allow-scripts" not in policy and "default-src 'none'" in policy


@pytest.mark.parametrize("name", ["finns-inte", "..%2f..%2fconfig.py", "%2e%2e", "1.x:2,S"])
def test_only_mails_are_opened(reader: Browser, name: str) -> None:
    assert reader.fetch("GET", f"/brevlada/{name}").status_code == 404


def test_pages_of_fifty(reader: Browser, send: Callable[..., None], tmp_path: Path) -> None:
    send("Den allra första")
    kept = next((tmp_path / "new").iterdir())
    for number in range(50):
        (tmp_path / "new" / f"9{number:019d}.x").write_bytes(
            kept.read_bytes().replace(b"Den allra", b"Senare")
        )
    reader.open("/brevlada").see("Sida 1 av 2").miss("Den allra första")
    reader.follow("Nästa sida").see("Den allra första")


def test_without_the_setting_there_is_no_mailbox(visitor: Browser) -> None:
    assert visitor.open("/brevlada").status == 404


def test_production_refuses_the_setting() -> None:
    with pytest.raises(SettingsError, match="DEV_MAILBOX"):
        Settings.from_env(
            {"SECRET_KEYS": "k" * 40, "ENVIRONMENT": "production", "DEV_MAILBOX": "brevlada"}
        )


def test_production_has_no_mailbox_even_with_the_setting(
    make_app: Callable[..., Flask], tmp_path: Path
) -> None:
    app = make_app(dev_mailbox=tmp_path, environment="production", base_url="https://localhost")
    assert Browser(app).open("/brevlada").status == 404
