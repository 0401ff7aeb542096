"""Composing: what goes over the wire reads as it was written, in short 7-bit lines, and nothing
breaks out of a header.
"""

from __future__ import annotations

import re
from dataclasses import replace
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annualwheel.mail import delivery, ical
from annualwheel.mail.delivery import UnsendableError, ascii_address, compose
from annualwheel.mail.letters import RenderedMail
from tests.mails import ENTRY, HEAD, LETTER, NOW, SIGNET, make_mail, make_row, parse, parts, shown

TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=200
)


@pytest.mark.parametrize(
    "name",
    ["", "Eva Nord", 'Eva "Evis" O\\Nord, kommun', "Åsa Öberg", "Ö" * 60, "Anna " * 30, "🎉"],
)
@pytest.mark.parametrize(
    "subject",
    [
        "Inbjudan",
        "Working meeting, 22 January",
        "Arbetsmötet 22 januari",
        "å" * 120,
        "plain " * 40,
        "🎉 mötet",
        "",
    ],
)
def test_fast_mail_reads_like_one_by_the_standard_library(name: str, subject: str) -> None:
    letter = RenderedMail(
        subject, LETTER.text + "lång rad " * 200 + "\n", f"{LETTER.html}<p>{'ö' * 1200}</p>\n"
    )
    mine, reference = parse(make_mail(letter, name=name)), EmailMessage(policy=policy.SMTP)
    for header, value in (
        ("To", Address(name, addr_spec="asa@kommun.example")),
        ("Subject", subject),
        ("Date", format_datetime(NOW)),
        ("Message-ID", "<m1@region.example>"),
        ("Reply-To", "svar@region.example"),
        ("From", Address(HEAD.sender_name, addr_spec="arshjulet@region.example")),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "OOF, AutoReply"),
    ):
        reference[header] = value
    reference.set_content(letter.text)
    reference.add_alternative(letter.html, subtype="html")
    reference["Content-Language"] = "sv"
    expected: EmailMessage = message_from_bytes(reference.as_bytes(), policy=policy.default)  # type: ignore[assignment,arg-type]
    assert {name.lower() for name in mine} == {name.lower() for name in expected} and len(
        mine.keys()
    ) == len(expected.keys())
    for header in set(mine.keys()) - {"Content-Type", "To"}:
        assert mine[header] == expected[header]
    assert mine["To"].addresses[0].addr_spec == expected["To"].addresses[0].addr_spec
    assert (mine.get_content_type(), parts(mine)) == (expected.get_content_type(), parts(expected))
    assert not mine.defects


@pytest.mark.parametrize(
    "name",
    [
        "Åsa Öberg",
        "Ö" * 60,
        " a  b ",
        "Anna " * 30,
        "=?utf-8?q?x?=",
        "🎉" * 20,
        "Kommunalförbundet för " * 6,
    ],
)
def test_display_name_and_subject_are_shown_as_they_are_whatever_their_length(name: str) -> None:
    mail = make_mail(RenderedMail(name, "", ""), name=name).as_bytes()
    assert shown(mail, "To").replace('"', "") == f"{name} <asa@kommun.example>"
    assert shown(mail, "Subject") == name
    assert all(len(line) <= 78 for line in mail.split(b"\r\n\r\n")[0].split(b"\r\n"))


@settings(max_examples=80)
@given(subject=TEXT, name=TEXT, text=TEXT)
def test_any_text_arrives_as_it_was_in_short_seven_bit_lines(
    subject: str, name: str, text: str
) -> None:
    mail = make_mail(RenderedMail(subject, text, f"<p>{text}</p>"), name=name)
    message = parse(mail)
    assert shown(mail.as_bytes(), "Subject") == subject
    assert message["To"].addresses[0].addr_spec == "asa@kommun.example"
    assert [part for _, part in parts(message)] == [f"{text}\n", f"<p>{text}</p>\n"]
    assert mail.as_bytes().isascii()
    assert all(len(line) <= 78 for line in mail.as_bytes().split(b"\r\n"))
    assert b"\n" not in mail.as_bytes().replace(b"\r\n", b"")


def test_answers_that_go_to_the_sender_anyway_are_not_asked_for_elsewhere() -> None:
    head = replace(HEAD, reply_to=HEAD.sender_address)
    assert "Reply-To" not in parse(make_mail(head=head))
    assert parse(make_mail())["Reply-To"] == HEAD.reply_to


@pytest.mark.parametrize(
    "bad", ["a\r\nBcc: alla@ond.example", "a\nb", "a\rb", "a\x00b", "a\x0bb", "a\u2028b", "a\x85b"]
)
@pytest.mark.parametrize(
    "field",
    [
        "subject",
        "name",
        "address",
        "public_id",
        "sender_name",
        "sender_address",
        "reply_to",
        "language",
    ],
)
def test_line_breaks_are_refused_in_every_header(field: str, bad: str) -> None:
    values = {
        "subject": "x",
        "name": "x",
        "address": "a@b.example",
        "public_id": "m1",
        "language": "sv",
        "sender_name": "x",
        "sender_address": "a@b.example",
        "reply_to": "a@b.example",
    } | {field: bad}
    head = replace(HEAD, **{key: value for key, value in values.items() if hasattr(HEAD, key)})
    letter = RenderedMail(values["subject"], "", "")
    with pytest.raises(UnsendableError):
        compose(
            values["public_id"],
            values["name"],
            values["address"],
            values["language"],
            letter,
            head,
            NOW,
        )


@pytest.mark.parametrize(
    "address",
    [
        "",
        "eva",
        "eva@",
        "@b.example",
        "a b@c.example",
        "<a@b.example>",
        "a@b.example,c@d.example",
        "a@b@c.example",
        "åsa@kommun.example",
        "a@ö\u0000.se",
        'a"b@c.example',
    ],
)
def test_broken_addresses_are_refused(address: str) -> None:
    with pytest.raises(UnsendableError):
        ascii_address(address)


def test_international_domain_is_written_in_ascii() -> None:
    assert ascii_address("eva@örebro.example") == "eva@xn--rebro-iua.example"
    assert make_mail(address="eva@örebro.example").recipient == "eva@xn--rebro-iua.example"


def test_mails_are_sorted_by_a_header_that_stays_whatever_the_subject_says() -> None:
    mail = compose("m1", "Åsa", "a@b.example", "sv", LETTER, HEAD, NOW, kind="preparation_reminder")
    assert parse(mail)["X-Arshjulet-Kind"] == "preparation_reminder"


def test_a_mail_refers_to_what_it_belongs_to_or_to_nothing() -> None:
    mail = compose("m1", "Åsa", "a@b.example", "sv", LETTER, HEAD, NOW, thread="3f9c0a")
    assert parse(mail)["References"] == "<3f9c0a@region.example>"
    assert parse(make_mail())["References"] is None


def test_every_attempt_has_the_same_message_id() -> None:
    first, second = make_mail(public_id="k7Qx_-"), make_mail(public_id="k7Qx_-")
    assert parse(first)["Message-ID"] == parse(second)["Message-ID"] == "<k7Qx_-@region.example>"


@pytest.mark.parametrize(("write", "method"), [(ical.request, "REQUEST"), (ical.cancel, "CANCEL")])
def test_calendar_mail_has_the_shape_that_calendars_want(write: Any, method: str) -> None:
    calendar = write(ENTRY, HEAD.organiser, NOW)
    mail = make_mail(calendar=calendar)
    message = parse(mail)
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    part, attachment = list(message.walk())[4:]
    assert part["Content-Type"].params == {"charset": "utf-8", "method": method}
    assert (
        part["Content-Disposition"] is None
        and part["Content-Transfer-Encoding"] == "quoted-printable"
    )
    assert part.get_payload(decode=True) == attachment.get_payload(decode=True) == calendar
    assert (attachment.get_filename(), attachment.get_content_disposition()) == (
        {"REQUEST": "kalenderbokning.ics", "CANCEL": "avbokning.ics"}[method],
        "attachment",
    )
    assert f"METHOD:{method}\r\n".encode() in calendar
    assert mail.as_bytes().isascii() and all(
        len(line) <= 78 for line in mail.as_bytes().split(b"\r\n")
    )
    assert (
        message["Subject"] == LETTER.subject
        and len(message.get_all("MIME-Version", [])) == 1
        and not message.defects
    )


@settings(max_examples=60)
@given(said=TEXT, text=TEXT)
def test_any_calendar_arrives_as_it_was_beside_its_text(said: str, text: str) -> None:
    entry = replace(ENTRY, summary=f".{said} ", description=f"--=_m1 {said}\n.\n{said}=\n")
    calendar = ical.request(entry, HEAD.organiser, NOW)
    mail = make_mail(RenderedMail("", text, f"<p>{text}</p>"), calendar=calendar)
    mixed, alternative, *leaves = parse(mail).walk()
    assert len(mixed.get_payload()) == 2 and len(alternative.get_payload()) == 3
    shown = [leaf.get_payload(decode=True).decode() for leaf in leaves]
    written = (f"{text}\n", f"<p>{text}</p>\n", calendar.decode(), calendar.decode())
    assert [part.replace("\r\n", "\n") for part in shown[:2]] == list(written[:2])
    assert tuple(shown[2:]) == written[2:]
    assert not any(part.defects for part in (mixed, alternative, *leaves))
    assert all(len(line) <= 78 for line in mail.as_bytes().split(b"\r\n"))
    assert mail.as_bytes().isascii()


def test_calendar_without_method_is_refused() -> None:
    with pytest.raises(UnsendableError, match="METHOD"):
        make_mail(calendar=b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")


def test_links_are_signed_when_the_mail_is_sent() -> None:
    row = make_row()
    assert "https://" not in row.body.text
    text = parts(parse(delivery.envelope(row, HEAD, SIGNET, NOW)))[0][1]
    token = re.search(r"https://arshjulet\.example/i/(\S+)\n", text)
    assert token
    target = SIGNET.read("registration", token[1])
    assert target and (target.public_id, target.version) == ("r1", 2)


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL"])
def test_calendar_row_becomes_a_calendar_mail_without_token(method: str) -> None:
    row = make_row(calendar={"method": method, "entry": ENTRY.to_dict()})
    part = list(parse(delivery.envelope(row, HEAD, SIGNET, NOW)).walk())[4]
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    assert (
        f"METHOD:{method}\r\n".encode() in content
        and b"SEQUENCE:1\r\n" in content
        and b"DTSTAMP:20261123T080000Z" in content
    )
    assert b"/i/" not in content and b"URL:https://arshjulet.example\r\n" in content
