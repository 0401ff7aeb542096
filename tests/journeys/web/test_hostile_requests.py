"""Requests that no form of ours sends: they meet a calm page, change nothing, and lead nowhere
else.
"""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from flask import Flask

from annualwheel.accounts import staff
from annualwheel.contacts import organisations
from annualwheel.db import db
from annualwheel.models import Import
from annualwheel.participation import replies
from annualwheel.preparation import answers
from tests.conftest import START, Fixed
from tests.makers.guests import link_of, mails, make_guest, make_meeting
from tests.makers.region import make_year, sign_in
from tests.makers.writers import OPEN, enter, item_of, make_members, stored
from tests.tiny_browser import Browser

NUL = "%00"


@pytest.fixture
def office(session: Any, visitor: Browser) -> Browser:
    """A coordinator who is signed in, with a year to look at."""
    make_year()
    return sign_in(visitor, staff.add("Karin Ek", "karin@region.example", ["coordinator"], START))


def language_link(visitor: Browser, url: str) -> str:
    text = visitor.fetch("GET", url).get_data(as_text=True)
    found = re.search(
        r'<a[^>]+href="([^"]*)"[^>]*lang="en"|<a[^>]+lang="en"[^>]*href="([^"]*)"', text
    )
    assert found
    return found[1] or found[2]


@pytest.mark.parametrize(
    "query",
    [
        "_scheme=javascript",
        "_external=1&_scheme=javascript",
        "_method=PUT",
        "endpoint=open.start",
        "_anchor=x",
        "self=1",
        "token=annat",
        "lang=sv&lang=en",
    ],
)
def test_the_language_link_leads_to_the_same_page_whatever_is_asked(
    session: Any, visitor: Browser, query: str
) -> None:
    assert language_link(visitor, f"/kontakt?{query}").startswith("/kontakt?")


def test_the_language_link_of_an_unknown_page_stays_here(session: Any, visitor: Browser) -> None:
    assert not language_link(visitor, "http://localhost//ond.example/x").startswith("//")


@pytest.mark.parametrize(
    "back",
    [
        "//ond.example",
        "/\\ond.example",
        "https://ond.example",
        "/%09/ond.example",
        "/%0a/ond.example",
        "/%0d%0aSet-Cookie:x",
        "\\\\ond.example",
    ],
)
def test_signing_in_leads_nowhere_else(session: Any, visitor: Browser, back: str) -> None:
    karin = staff.add("Karin Ek", "karin@region.example", ["coordinator"], START)
    visitor.open(f"/logga-in?back={back}").fill("E-postadress", karin.email).press(
        "Mejla mig en länk"
    )
    with visitor.client.session_transaction() as kept:
        assert kept["back"] is None or re.fullmatch(r"/[^/\\\s].*", kept["back"])


@pytest.mark.parametrize(
    "path",
    [
        f"/mote/2027/arbetsmote/personer?sok=a{NUL}b",
        f"/mote/2027/arbetsmote/personer?typ={NUL}",
        f"/utskick?sok={NUL}x",
        f"/anmalningar/{NUL}",
        f"/utskick/mejl/a{NUL}",
        f"/svar/2027/{NUL}",
        f"/underlag/x{NUL}",
        f"/mote/2027/arbetsmote/utskick/inbjudan?urval=category:{NUL}",
        "/mote/99999999999999999999999/arbetsmote",
        "/svar/99999999999999999999999/work",
        f"/personer?sok={NUL}a",
        "/utskick?mote=99999999999999999999999",
        "/mote/2027/arbetsmote/personer?sida=99999999999999999999999",
        "/personer?sida=99999999999999999999",
        "/arshjul?ar=99999999999999999999999",
    ],
)
def test_what_no_database_can_look_for_is_not_found(office: Browser, path: str) -> None:
    assert office.fetch("GET", path).status_code in (200, 303, 400, 404)


@pytest.mark.parametrize("path", ["/i//x?a=b", "/mote//2027//arbetsmote?a=b"])
def test_an_address_that_is_put_right_stays_here(session: Any, visitor: Browser, path: str) -> None:
    """Whatever host the request says it is for."""
    reply = visitor.fetch("GET", path, headers={"Host": "ond.example"})
    assert reply.status_code == 308
    assert reply.headers["Location"] == path.replace("//", "/")


@pytest.mark.parametrize("path", ["/lank", "/logga-in"])
def test_a_form_too_large_gets_its_page(session: Any, visitor: Browser, path: str) -> None:
    large = visitor.fetch(
        "POST",
        path,
        data=b"a=" + b"x" * (11 * 1024 * 1024),
        content_type="application/x-www-form-urlencoded",
    )
    many = (
        b"--b\r\n"
        + b"\r\n--b\r\n".join([b'Content-Disposition: form-data; name="a"\r\n\r\nx'] * 1100)
        + b"\r\n--b--\r\n"
    )
    several = visitor.fetch("POST", path, data=many, content_type="multipart/form-data; boundary=b")
    assert [(reply.status_code, "<h1" in reply.text) for reply in (large, several)] == [
        (413, True)
    ] * 2


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_get_their_page(session: Any, visitor: Browser, method: str) -> None:
    reply = visitor.fetch(method, "/kontakt")
    assert (reply.status_code, "<h1" in reply.text) == (405, True)


@pytest.mark.parametrize(
    ("text", "kept"),
    [("halv\ud83dt", "halvt"), ("\ud800", ""), ("a\0b\uffff", "ab"), ("hel 🚃", "hel 🚃")],
)
def test_half_a_character_does_no_harm_to_the_colleagues_page(
    app: Flask, clock: Fixed, visitor: Browser, text: str, kept: str
) -> None:
    clock.set(OPEN)
    with app.app_context():
        member = make_members("Maria")[0]
        enter(visitor, member).open("/forberedelse/strukturer/arbete")
        form = next(f for f in visitor.page.all("form") if f.get("data-autosave"))
        response = visitor.fetch(
            "POST",
            form.get("data-autosave"),
            headers={"X-CSRFToken": form.get("data-csrf")},
            json={"fields": {"skapa": {"value": text, "base": answers.stamp(0, "")}}},
        )
        assert response.status_code == 200
        assert (stored(item_of(member, "strukturer/arbete"), "skapa") or "") == kept
        visitor.open("/forberedelse/strukturer/arbete")
        assert visitor.status == 200


@pytest.mark.parametrize(
    ("field", "text", "status", "kept"),
    [
        ("given", "A" * 5000, 422, "Maria Lindqvist"),
        ("family", "B" * 201, 422, "Maria Lindqvist"),
        ("given", "Ma\x01ja", 303, "Maja LindqvistKommunstrateg"),
        ("title", "Chef\x02\x85", 303, "Maria LindqvistChef…"),
    ],
)
def test_a_name_has_an_end_and_no_control_characters(
    session: Any, visitor: Browser, field: str, text: str, status: int, kept: str
) -> None:
    guest = make_guest(make_meeting())
    visitor.open(link_of(guest)).press("Ja, anmäl mig")
    form = {n.get("name"): n.get("value") or "" for n in visitor.page.all("input") if n.get("name")}
    form |= {
        "given": "Maria",
        "family": "Lindqvist",
        "email": "maria@kommun.example",
        "lunch": "ja",
        field: text,
    }
    response = visitor.fetch("POST", "/anmalan/anmal", data=form)
    db.session.expire_all()
    assert response.status_code == status
    assert guest.person.name + guest.title == kept


@pytest.mark.parametrize(
    "query", ["endpoint=open.start", "_scheme=javascript", "_method=PUT", "public_id=x"]
)
def test_the_pages_of_a_list_stay_on_the_list(office: Browser, query: str) -> None:
    for number in range(51):
        organisations.add_organisation(f"Organisation {number}")
    page = office.fetch("GET", f"/personer/organisationer?{query}")
    assert page.status_code == 200
    assert re.search(rf'href="/personer/organisationer\?{re.escape(query)}&amp;sida=2"', page.text)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1999-12-31", "2101-01-01"])
def test_a_day_in_another_century_is_said_at_the_field(office: Browser, day: str) -> None:
    office.open("/mote/2027/arbetsmote/flytta").fill("Dag", day).press("Granska ändringen")
    assert office.status == 422
    assert "2027-01-22" in office.error_at("Dag")


def test_one_link_cannot_make_us_mail_without_end(session: Any, visitor: Browser) -> None:
    guest = make_guest(make_meeting())
    visitor.open(link_of(guest)).press("Ja, anmäl mig").choose("Ja").press("Skicka anmälan")
    before = len(mails())
    for number in range(replies.CHANGES):
        visitor.open("/anmalan/anmal").fill("E-postadress", f"offer{number}@kommun.example").press(
            "Spara ändringen"
        )
    sent = len(mails())
    assert sent > before
    visitor.open("/anmalan/anmal").fill("E-postadress", "en.till@kommun.example").press(
        "Spara ändringen"
    )
    assert (visitor.status, visitor.value("E-postadress"), len(mails())) == (
        422,
        "en.till@kommun.example",
        sent,
    )
    visitor.see("många försök på kort tid")


@pytest.mark.parametrize(
    ("name", "kept"), [("lista\0.csv", "lista.csv"), (f"{'x' * 300}.csv", f"{'x' * 196}.csv")]
)
def test_a_file_may_be_called_anything(office: Browser, name: str, kept: str) -> None:
    token = next(
        n.get("value")
        for n in office.open("/personer/import").page.all("input")
        if n.get("name") == "csrf_token"
    )
    content = io.BytesIO(b"E-post;Organisation;Namn\neva@grums.example;Grums kommun;Eva Nord\n")
    reply = office.fetch(
        "POST",
        "/personer/import",
        data={"csrf_token": token, "file": (content, name)},
        content_type="multipart/form-data",
    )
    assert (reply.status_code, db.session.query(Import).one().file_name) == (303, kept)


@pytest.mark.parametrize("body", ["[" * 100_000, "5", "[1]", '{"email": 5, "csrf_token": 5}'])
def test_a_form_is_not_filled_from_json(app: Flask, office: Browser, body: str) -> None:
    for rule in app.url_map.iter_rules():
        if "POST" in (rule.methods or ()) and not rule.arguments:
            reply = office.fetch("POST", rule.rule, data=body, content_type="application/json")
            assert reply.status_code < 500, rule.endpoint


def test_what_is_nested_too_deep_to_read_is_unreadable(
    app: Flask, clock: Fixed, visitor: Browser
) -> None:
    clock.set(OPEN)
    with app.app_context():
        enter(visitor, make_members("Maria")[0]).open("/forberedelse/strukturer/arbete")
    form = next(f for f in visitor.page.all("form") if f.get("data-autosave"))
    reply = visitor.fetch(
        "POST",
        form.get("data-autosave"),
        headers={"X-CSRFToken": form.get("data-csrf")},
        data="[" * 100_000,
        content_type="application/json",
    )
    assert reply.status_code == 400
