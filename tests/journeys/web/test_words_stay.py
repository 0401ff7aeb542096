"""What somebody has typed is never lost: on every page with something to write, when the page is
too old, the session is over, the key is another, or the other language is chosen. One press later
it is sent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import TimestampSigner
from werkzeug.datastructures import MultiDict

from annualwheel import unit_of_work
from annualwheel.contacts import organisations
from rehearse.dom import Node, parse
from rehearse.fields import Pairs, fields_in, sent
from scenes.scene import Scene
from scenes.table import SCENES
from scenes.world import World
from scenes.worlds import MAKERS
from tests.conftest import Fixed
from tests.databases import in_turn
from tests.furnished_worlds import enter
from tests.makers.guests import link_of, make_guest, make_meeting, typed
from tests.makers.region import make_staff, sign_in
from tests.makers.writers import OPEN, item_of, make_members, stored
from tests.makers.writers import enter as visitor_at
from tests.tiny_browser import Browser

WRITTEN = ("text", "email", "tel", "search", "")
OLD = ("Sidan hade legat öppen för länge", "Sidan hade legat öppen för länge")
SKAPA = "Vilka strukturer behöver vi skapa?"
TEXT = "Halvskriven text {}"


@dataclass(frozen=True)
class Sheet:
    """A form that somebody has written in: whose it is, where it stood, what it would send and what
    was written in it.
    """

    scene: Scene
    page: str
    to: str
    held: Pairs
    words: dict[str, str]
    multipart: bool
    switch: bool
    alone: bool

    def __str__(self) -> str:
        return f"{self.scene.name} {sorted(self.words)}"


def sheets(world: World) -> Iterator[Sheet]:
    """Every form of every page with something to write, once for each address it is sent to."""
    seen = set[tuple[str, str, tuple[str, ...]]]()
    for scene in SCENES:
        if (
            scene.world != world_name(world)
            or scene.presses
            or scene.status != 200
            or scene.framed
            or scene.endpoint == "open.mailbox"
        ):
            continue
        browser = enter(world, scene)
        with world.at(scene):
            browser.open(world.address(scene))
        for form in browser.page.all("form"):
            found = _sheet(scene, browser, form)
            if (
                found
                and (
                    key := (
                        scene.endpoint,
                        form.get("action").rpartition("/")[2],
                        tuple(found.words),
                    )
                )
                not in seen
            ):
                seen.add(key)
                yield found


def world_name(world: World) -> str:
    return str(world.names["world"])


def _sheet(scene: Scene, browser: Browser, form: Node) -> Sheet | None:
    words: dict[str, str] = {}
    held: Pairs = []
    for control in fields_in(browser.page, form):
        if control in _writable(browser.page, form):
            words[control.get("name")] = TEXT.format(len(words))
            held.append((control.get("name"), words[control.get("name")]))
        elif control.get("name") != "csrf_token":
            held += [(control.get("name"), value) for value in sent(control, {})]
    switch = any(
        b.get("name") == "lang_switch" and b.get("form") == form.get("id")
        for b in browser.page.all("button")
    )
    multipart = form.get("enctype") == "multipart/form-data"
    alone = sum(bool(_writable(browser.page, other)) for other in browser.page.all("form")) == 1
    return (
        Sheet(
            scene,
            browser.url,
            form.get("action") or browser.url,
            held,
            words,
            multipart,
            switch,
            alone,
        )
        if words
        else None
    )


def _writable(page: Node, form: Node) -> list[Node]:
    return [
        control
        for control in fields_in(page, form)
        if form.get("method").lower() == "post"
        and control.get("name")
        and "readonly" not in control.attrs
        and (
            control.tag == "textarea" or (control.tag == "input" and control.get("type") in WRITTEN)
        )
    ]


def shown(browser: Browser) -> set[str]:
    """Everything that stands in a field of the page, hidden ones too."""
    return {
        text.replace("\r\n", "\n")
        for form in browser.page.all("form")
        for control in fields_in(browser.page, form)
        for text in sent(control, {})
        if isinstance(text, str)
    }


def lost(browser: Browser, sheet: Sheet, statuses: tuple[int, ...]) -> list[str]:
    """What is wrong with the page that the words came back on."""
    missing = set(sheet.words.values()) - shown(browser)
    return ([f"{sheet}: answers {browser.status}"] if browser.status not in statuses else []) + (
        [f"{sheet}: lost {sorted(missing)}"] if missing else []
    )


@pytest.mark.parametrize(("name", "database"), in_turn(MAKERS), indirect=["database"])
def test_the_words_stay_and_are_sent_one_press_later(
    furnished_world: Callable[[str], World], make_app: Callable[..., Flask], name: str
) -> None:
    world = furnished_world(name)
    world.names["world"] = name
    rotated = make_app(secret_keys=("n" * 40, "k" * 40), dev_mailbox=world.mailbox)
    problems = list[str]()
    for sheet in list(sheets(world)):
        with world.at(sheet.scene):
            problems += (
                _with_an_old_page(world, sheet)
                + _after_the_session(world, sheet)
                + _with_another_key(world, rotated, sheet)
            )
            problems += _in_the_other_language(world, sheet)
    assert not problems, "\n".join(problems)


def _with_an_old_page(world: World, sheet: Sheet) -> list[str]:
    browser = enter(world, sheet.scene)
    browser.send("POST", sheet.to, [*sheet.held, ("csrf_token", "gammal")], sheet.multipart)
    return lost(browser, sheet, (409, 422)) + (
        []
        if any(said in browser.text for said in OLD)
        else [f"{sheet}: does not say that the page was old"]
    )


def _after_the_session(world: World, sheet: Sheet) -> list[str]:
    """Out, the words come back; in again through another tab, they are sent."""
    if sheet.scene.audience == "open":
        return []
    browser = enter(world, sheet.scene, "")
    browser.send("POST", sheet.to, sheet.held, sheet.multipart)
    problems = lost(browser, sheet, (401,))
    if problems:
        return problems
    with browser.client.session_transaction() as kept:
        kept.update(world.sessions[sheet.scene.who])
    browser.send(
        "POST", sheet.to, [*_without_proof(browser), ("lang_switch", "sv")], sheet.multipart
    )
    return lost(browser, sheet, (200, 409, 422))


def _without_proof(browser: Browser) -> Pairs:
    return [(name, value) for name, value in typed(browser).items() if name != "lang_switch"]


def _with_another_key(world: World, rotated: Flask, sheet: Sheet) -> list[str]:
    """The session of the old key still holds; the proof on the page does not, until the page has
    come back.
    """
    browser = enter(world, sheet.scene)
    browser.open(sheet.page)
    proof = next(n.get("value") for n in browser.page.all("input") if n.get("name") == "csrf_token")
    cookie = browser.client.get_cookie("arshjulet")
    moved = Browser(rotated)
    moved.client.set_cookie("arshjulet", cookie.value if cookie else "")
    moved.send("POST", sheet.to, [*sheet.held, ("csrf_token", proof)], sheet.multipart)
    return lost(moved, sheet, (409, 422))


def _in_the_other_language(world: World, sheet: Sheet) -> list[str]:
    if (
        sheet.alone and not sheet.switch
    ):  # where there are several, a script brings the one that was written in
        return [f"{sheet}: the other language loses what was typed"]
    browser = enter(world, sheet.scene)
    answer = browser.fetch("POST", sheet.to, data=MultiDict([*sheet.held, ("lang_switch", "en")]))
    browser.response = answer
    browser.show(sheet.to, parse(answer.get_data(as_text=True)))
    language = browser.page.all("html")[0].get("lang")
    return lost(browser, sheet, (200, 409)) + (
        [] if language == "en" else [f"{sheet}: does not change language"]
    )


# And it is really sent


def as_in_another_tab(browser: Browser, act: Callable[[Browser], object]) -> Browser:
    """Acts with the same cookies while the page at hand stays as it is."""
    other = Browser(browser.app)
    other.client = browser.client
    act(other)
    return browser


def test_a_registration_is_sent_once_one_is_let_in_again(session: Any, visitor: Browser) -> None:
    guest = make_guest(make_meeting())
    visitor.open(link_of(guest)).press("Ja, anmäl mig").choose("Ja", within="Äter du lunch").fill(
        "Titel", "Halvskriven titel"
    )
    visitor.client.delete_cookie("arshjulet")
    visitor.press("Skicka anmälan").see("Öppna din länk igen", "Det du skrev är inte sparat än")
    visitor.press("Skicka det jag skrev").see("Öppna din länk igen")
    as_in_another_tab(visitor, lambda tab: tab.open(link_of(guest)).press("Ja, anmäl mig"))
    visitor.press("Skicka det jag skrev").see("Du är anmäld", "Halvskriven titel")


def test_an_answer_is_saved_once_one_is_let_in_again(
    session: Any, visitor: Browser, clock: Fixed
) -> None:
    clock.set(OPEN)
    (member,) = make_members("Maria")
    visitor_at(visitor, member).open("/forberedelse/strukturer/arbete").fill(
        SKAPA, "Det jag skrev på tåget"
    )
    visitor.client.delete_cookie("arshjulet")
    visitor.press("Spara utkast").see("Det du skrev är inte sparat än")
    assert stored(item_of(member, "strukturer/arbete"), "skapa") is None
    as_in_another_tab(visitor, lambda tab: visitor_at(tab, member))
    visitor.press("Skicka det jag skrev")
    assert stored(item_of(member, "strukturer/arbete"), "skapa") == "Det jag skrev på tåget"


def test_staff_send_what_they_typed_once_they_are_signed_in_again(
    session: Any, visitor: Browser
) -> None:
    karin = make_staff()
    sign_in(visitor, karin).open("/personer/organisationer/ny").fill(
        "Namn", "Halvskrivna föreningen"
    )
    visitor.client.delete_cookie("arshjulet")
    visitor.press("Lägg till").see("Logga in igen", "Du är inte inloggad längre")
    assert organisations.organisation_named("Halvskrivna föreningen") is None
    as_in_another_tab(visitor, lambda tab: sign_in(tab, karin))
    visitor.press("Skicka det jag skrev")
    assert organisations.organisation_named("Halvskrivna föreningen") is not None


def test_a_button_without_words_asks_for_the_sign_in_as_before(
    session: Any, visitor: Browser
) -> None:
    karin = make_staff()
    organisation = organisations.add_organisation("Hagfors kommun")
    sign_in(visitor, karin).open(f"/personer/organisationer/{organisation.public_id}")
    visitor.client.delete_cookie("arshjulet")
    answer = visitor.fetch(
        "POST",
        f"/personer/organisationer/{organisation.public_id}/lage",
        data={"csrf_token": "gammal"},
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, "/logga-in")


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_another_site_sends_does_not_stand_ready_to_be_sent(
    session: Any, visitor: Browser, site: str
) -> None:
    sent = visitor.fetch(
        "POST",
        "/anmalan/anmal",
        data={"title": "Någon annans text"},
        headers={"Sec-Fetch-Site": site},
    )
    assert (sent.status_code, "Någon annans text" in sent.get_data(as_text=True)) == (401, False)


# How long one stays in


def aged(app: Flask, held: dict[str, Any], days: float) -> str:
    """A session cookie that was last renewed that many days ago."""
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None

    class Then(TimestampSigner):
        def get_timestamp(self) -> int:
            return super().get_timestamp() - int(days * 86400)

    signer.signer = Then
    return str(signer.dumps({"_permanent": True, **held}))


@pytest.mark.parametrize(("days", "inside"), [(13, True), (15, False)])
def test_a_participant_stays_in_fourteen_days_from_the_last_visit(
    session: Any, app: Flask, visitor: Browser, days: float, inside: bool
) -> None:
    guest = make_guest(make_meeting())
    unit_of_work.commit()
    visitor.client.set_cookie(
        "arshjulet", aged(app, {"registration": [guest.public_id, guest.link_version]}, days)
    )
    answer = visitor.fetch("GET", "/anmalan")
    assert answer.status_code == (200 if inside else 401)
    if inside:
        renewed = visitor.client.get_cookie("arshjulet")
        assert renewed is not None and renewed.expires is not None
        left = renewed.expires - dt.datetime.now(dt.UTC)
        assert dt.timedelta(days=13, hours=23) < left <= dt.timedelta(days=14)


def test_a_style_sheet_that_arrives_late_does_not_bring_the_session_back(
    session: Any, app: Flask, visitor: Browser
) -> None:
    guest = make_guest(make_meeting())
    visitor.open(link_of(guest)).press("Ja, anmäl mig")
    with visitor.fetch("GET", "/static/css/arshjul.css") as late:
        assert (late.status_code, "Set-Cookie" in late.headers) == (200, False)
    assert "Set-Cookie" in visitor.fetch("GET", "/anmalan").headers


def test_entering_by_either_link_opens_a_session_that_lasts(
    session: Any, visitor: Browser, new_visitor: Callable[[], Browser]
) -> None:
    (member,) = make_members("Maria")
    guest = make_guest(member.submission.questionnaire.meeting, "Erik", "Sand")
    visitor.open(link_of(guest)).press("Ja, anmäl mig")
    for browser in (visitor, visitor_at(new_visitor(), member)):
        cookie = browser.client.get_cookie("arshjulet")
        assert (
            cookie is not None
            and cookie.expires is not None
            and cookie.http_only
            and cookie.same_site == "Lax"
        )


def test_the_way_back_shows_what_stands_and_no_page_is_kept_by_the_browser(
    session: Any, visitor: Browser
) -> None:
    """After a press one has been led on (303), so the way back sends nothing again; and every page
    is made anew (no-store).
    """
    guest = make_guest(make_meeting())
    visitor.open(link_of(guest)).press("Ja, anmäl mig").choose("Ja", within="Äter du lunch")
    form = visitor.url
    sent = visitor.fetch("POST", form, data=typed(visitor))
    assert sent.status_code == 303
    assert visitor.open(form).heading().endswith("Ändra din anmälan")
    for path in (form, "/anmalan", "/anmalan/behov", link_of(guest), "/logga-in", "/"):
        assert visitor.fetch("GET", path).headers["Cache-Control"] == "no-store"
