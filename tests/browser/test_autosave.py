"""Saving while one writes, in a real browser: nothing that was typed is lost, and nothing is
overwritten.

The page is rendered from the macros and the server is played by the test, so that every answer it
can give is tried.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, render_template_string
from flask_babel import Babel
from playwright.sync_api import Browser, Page, Route, expect
from wtforms import Form, RadioField, StringField, TextAreaField
from wtforms.fields import SelectChoice

from annualwheel.web import words

PACKAGE = Path(words.__file__).parents[1]
ORIGIN = "http://arshjulet.example"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; form-action 'self'"
)
PAGE = """<!doctype html><html lang="sv"><title>Prov</title>
{% from "macros/fields.html" import field %}
{% from "macros/saving.html" import autosave, save_bar %}
<form data-logout method="post" action="/logga-ut"><button>Logga ut</button></form>
<form method="post" action="/klar"
 {{ autosave("/spara", "7", "bevis", new_link="/lank", undo="/angra") }}>
<input type="hidden" name="base-learned" value="{{ version }}">
<input type="hidden" name="base-hinders" value="{{ version }}">
{{ field(form.learned, attrs={"data-v": version}) }}
<p data-by="learned">Anna Berg, i går kl. 9</p>
{{ field(form.hinders, attrs={"data-v": version}) }}
{{ field(form.name, attrs={"data-v": version}) }}
{{ field(form.address, attrs={"data-v": version, "data-single": ""}) }}
{{ field(form.state, attrs={"data-v": version}) }}
{{ field(form.diet, attrs={"data-v": version, "data-private": "1"}) }}
<button>Klar</button></form>{{ save_bar("") }}
<script type="module" src="/static/js/autosave.js"></script></html>"""


class Sample(Form):
    learned = TextAreaField("Lärt")
    hinders = TextAreaField("Hinder")
    name = StringField("Namn")
    address = StringField("Adress")
    state = RadioField("Läge", choices=[SelectChoice("a", "Planeras"), SelectChoice("b", "Pågår")])
    diet = StringField("Kost")


class Server:
    """Answers as it is told and remembers what it was sent."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.version = 3
        self.saved: list[dict[str, Any]] = []
        self.answer: Callable[[dict[str, Any]], tuple[int, dict[str, Any]] | None] = self.save
        app = Flask("prov", template_folder=str(PACKAGE / "templates"))
        Babel(app, default_locale="sv")
        app.jinja_env.filters.update(words.FILTERS)
        self.app = app

    def save(self, sent: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.saved.append(sent)
        return 200, {
            "at": "14.32",
            "saved": {name: str(int(f["base"]) + 1) for name, f in sent["fields"].items()},
        }

    def html(self) -> str:
        with self.app.test_request_context():
            return render_template_string(PAGE, form=Sample(data=self.values), version=self.version)

    def handle(self, route: Route) -> None:
        path = route.request.url.removeprefix(ORIGIN)
        if path.startswith("/static/"):
            route.fulfill(path=PACKAGE / path[1:])
        elif path == "/spara":
            answer = self.answer(json.loads(route.request.post_data or "{}"))
            if answer is None:
                route.abort()
            else:
                route.fulfill(status=answer[0], json=answer[1])
        else:
            route.fulfill(
                body=self.html(),
                content_type="text/html; charset=utf-8",
                headers={"Content-Security-Policy": POLICY},
            )

    def answers_only(self, answer: tuple[int, dict[str, Any]] | None) -> list[str]:
        """Answers this and nothing else from now on; gives the texts of the first question it is
        sent.
        """
        asked: list[str] = []

        def note(sent: dict[str, Any]) -> tuple[int, dict[str, Any]] | None:
            asked.append(sent["fields"]["learned"]["value"])
            return answer

        self.answer = note
        return asked

    def sent(self, name: str) -> list[str]:
        return [save["fields"][name]["value"] for save in self.saved if name in save["fields"]]


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    context = browser.new_context()
    context.route("**/*", server.handle)
    context.set_default_timeout(4000)
    page = context.new_page()
    page.clock.install()
    page.goto(ORIGIN + "/svar")
    # Time passes only when the test says so, and no slow machine makes a second of it.
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))
    yield page
    context.close()


def line(page: Page) -> Any:
    return page.locator("[data-save-text]")


def stored(page: Page) -> dict[str, Any]:
    text: str | None = page.evaluate("localStorage.getItem('utkast:/spara:7')")
    return json.loads(text)["d"] if text else {}


def write(page: Page, text: str, label: str = "Lärt") -> None:
    page.get_by_label(label).press_sequentially(text)


def settled(page: Page) -> None:
    """Waits until no save is under way; the page's clock stands still meanwhile."""
    page.evaluate("""() => new Promise(done => {
      const form = document.querySelector('[data-autosave]'), turn = new MessageChannel();
      turn.port1.onmessage = () => form.autosave.busy ? turn.port2.postMessage(0) : done();
      turn.port2.postMessage(0);
    })""")


def conflict(value: str) -> Callable[[dict[str, Any]], tuple[int, dict[str, Any]]]:
    return lambda _sent: (
        200,
        {
            "at": "14.32",
            "saved": {},
            "conflicts": {"learned": {"value": value, "ver": 9, "who": "Anna Berg", "at": "14.31"}},
        },
    )


def test_only_the_changed_field_is_sent_after_a_pause(page: Page, server: Server) -> None:
    write(page, "Hej")
    page.clock.run_for(1100)
    settled(page)
    assert server.saved == []
    page.clock.run_for(200)
    expect(line(page)).to_have_text("Sparat kl. 14.32")
    assert server.saved[0]["fields"] == {"learned": {"value": "Hej", "base": "3"}}


def test_one_who_never_pauses_is_saved_all_the_same(page: Page, server: Server) -> None:
    for number in range(13):
        assert server.saved == [], f"after {number * 650} ms"
        write(page, "a")
        page.clock.run_for(650)
    expect(line(page)).to_have_text("Sparat kl. 14.32")
    assert server.sent("learned")[0].startswith("aaaa")


def test_the_next_save_builds_on_the_new_version_and_so_does_the_page_s_own_button(
    page: Page, server: Server
) -> None:
    write(page, "a")
    page.clock.run_for(1300)
    expect(page.locator("[name=base-learned]")).to_have_value("4")
    write(page, "b")
    page.clock.run_for(1300)
    expect(page.locator("[name=base-learned]")).to_have_value("5")
    assert server.saved[1]["fields"]["learned"] == {"value": "ab", "base": "4"}


def test_what_is_typed_during_a_save_goes_with_the_next(page: Page, server: Server) -> None:
    routes: list[Route] = []

    def hold(route: Route) -> None:
        routes.append(route)

    page.context.route("**/spara", hold)
    write(page, "först")
    page.clock.run_for(1300)
    page.clock.run_for(900)
    expect(line(page)).to_have_text("Sparar …")
    write(page, " mer")
    page.context.unroute("**/spara")
    server.handle(routes[0])
    expect(line(page)).to_have_text("Sparat kl. 14.32")
    page.clock.run_for(2000)
    expect(page.locator("[name=base-learned]")).to_have_value("5")
    assert server.sent("learned") == ["först", "först mer"]
    assert page.get_by_label("Lärt").input_value() == "först mer"


def test_slow_saving_is_said(page: Page) -> None:
    page.context.route("**/spara", lambda _route: None)
    write(page, "a")
    page.clock.run_for(1900)
    expect(line(page)).to_have_text("")
    page.clock.run_for(200)
    expect(line(page)).to_have_text("Sparar …")


def test_without_contact_the_text_lies_in_the_browser_and_is_tried_again(
    page: Page, server: Server
) -> None:
    server.answer = lambda _sent: None
    write(page, "Viktigt")
    page.clock.run_for(1300)
    expect(line(page)).to_contain_text("Ingen kontakt. Din text finns kvar i den här webbläsaren")
    assert stored(page)["learned"]["v"] == "Viktigt"
    server.answer = server.save
    page.clock.run_for(3100)
    expect(line(page)).to_have_text("Sparat kl. 14.32")
    assert stored(page) == {}


def test_text_that_was_not_saved_comes_back(page: Page, server: Server) -> None:
    server.answer = lambda _sent: None
    write(page, "Viktigt")
    page.clock.run_for(1300)
    expect(line(page)).to_contain_text("Ingen kontakt")
    server.answer = server.save
    page.goto(ORIGIN + "/svar")
    expect(page.get_by_label("Lärt")).to_have_value("Viktigt")
    expect(line(page)).to_have_text("Vi hittade text som inte hann sparas. Den är tillbaka.")
    page.clock.run_for(1300)
    expect(line(page)).to_have_text(
        "Vi hittade text som inte hann sparas. Den är tillbaka. Sparat kl. 14.32"
    )
    assert server.sent("learned")[-1] == "Viktigt"


def test_restored_text_is_sent_word_for_word_before_what_is_typed_after_it(
    page: Page, server: Server
) -> None:
    """It may be on its way since the page before was left: then it is one's own, and what is typed
    after it builds on it.
    """
    server.answer = lambda _sent: None
    write(page, "Viktigt")
    page.clock.run_for(1300)
    expect(line(page)).to_contain_text("Ingen kontakt")
    server.answer = server.save
    page.goto(ORIGIN + "/svar")
    expect(page.get_by_label("Lärt")).to_have_value("Viktigt")
    page.get_by_label("Lärt").press("Control+End")
    write(page, " mer")
    for _ in range(2):
        page.clock.run_for(1300)
        settled(page)
    expect(page.locator("[name=base-learned]")).to_have_value("5")
    assert [save["fields"]["learned"] for save in server.saved] == [
        {"value": "Viktigt", "base": "3"},
        {"value": "Viktigt mer", "base": "4"},
    ]


def test_restored_text_meets_a_colleague_s_change_in_a_conflict(page: Page, server: Server) -> None:
    server.answer = lambda _sent: None
    write(page, "Min")
    page.clock.run_for(1300)
    expect(line(page)).to_contain_text("Ingen kontakt")
    server.values, server.version = {"learned": "Deras"}, 4
    asked: list[dict[str, Any]] = []
    server.answer = lambda sent: asked.append(sent["fields"]) or conflict("Deras")(sent)
    page.goto(ORIGIN + "/svar")
    expect(
        page.get_by_role("group", name="Anna Berg ändrade samma svar kl. 14.31")
    ).to_contain_text("Deras")
    expect(page.get_by_label("Lärt")).to_have_value("Min")
    expect(page.locator("[name=base-learned]")).to_have_value("3")
    assert asked == [{"learned": {"value": "Min", "base": "3", "again": True}}]
    assert stored(page)["learned"]["v"] == "Min"


def unheard(page: Page, server: Server) -> None:
    """Writes, presses the page's own button where nothing is reached, and comes to the page again
    when a colleague has written.
    """
    write(page, "Min")
    page.context.route("**/klar", lambda route: route.abort())
    page.get_by_role("button", name="Klar").click()
    page.wait_for_url("chrome-error://**")
    server.values, server.version = {"learned": "Deras"}, 4


def test_text_whose_button_never_reached_the_server_meets_a_colleague_s_in_a_conflict(
    page: Page, server: Server
) -> None:
    unheard(page, server)
    server.answer = conflict("Deras")
    page.goto(ORIGIN + "/svar")
    expect(
        page.get_by_role("group", name="Anna Berg ändrade samma svar kl. 14.31")
    ).to_contain_text("Deras")
    expect(page.get_by_label("Lärt")).to_have_value("Min")
    server.answer = server.save
    page.get_by_role("button", name="Lägg Annas text efter min").click()
    page.clock.run_for(100)
    expect(line(page)).to_have_text("Sparat kl. 14.32")
    assert server.sent("learned") == ["Min\n\nDeras"]


def test_text_that_the_server_has_taken_and_a_colleague_replaced_is_no_conflict(
    page: Page, server: Server
) -> None:
    unheard(page, server)
    asked = server.answers_only((200, {"at": "14.32"}))
    page.goto(ORIGIN + "/svar")
    expect(line(page)).to_have_text("Sparat kl. 14.32")
    expect(page.get_by_label("Lärt")).to_have_value("Deras")
    expect(page.locator("[data-conflict]")).to_have_count(0)
    assert (asked, stored(page)) == (["Min"], {})


def test_what_is_typed_while_the_server_is_asked_of_an_older_text_stays(
    page: Page, server: Server
) -> None:
    unheard(page, server)
    routes: list[Route] = []

    def hold(route: Route) -> None:
        routes.append(route)

    page.context.route("**/spara", hold)
    with page.expect_request(ORIGIN + "/spara"):
        page.goto(ORIGIN + "/svar")
    page.get_by_label("Lärt").press("Control+End")
    write(page, " och nytt")
    page.context.unroute("**/spara")
    server.answer = conflict("Deras")
    server.handle(routes[0])
    server.answer = server.save
    settled(page)
    page.clock.run_for(1300)
    expect(page.get_by_label("Lärt")).to_have_value("Deras och nytt")
    expect(page.locator("[name=base-learned]")).to_have_value("5")
    assert server.saved[0]["fields"]["learned"] == {"value": "Deras och nytt", "base": "4"}


def test_an_older_text_is_asked_about_until_there_is_an_answer(page: Page, server: Server) -> None:
    unheard(page, server)
    server.answer = lambda _sent: None
    page.goto(ORIGIN + "/svar")
    expect(line(page)).to_contain_text("Ingen kontakt")
    assert stored(page)["learned"]["v"] == "Min"
    server.answer = conflict("Deras")
    page.clock.run_for(3100)
    expect(
        page.get_by_role("group", name="Anna Berg ändrade samma svar kl. 14.31")
    ).to_contain_text("Deras")


def test_an_older_text_that_can_no_longer_be_saved_comes_back_into_its_field(
    page: Page, server: Server
) -> None:
    unheard(page, server)
    server.answer = lambda _sent: (410, {})
    page.goto(ORIGIN + "/svar")
    expect(page.get_by_label("Lärt")).to_have_value("Min")
    expect(page.get_by_role("button", name="Ladda ner din text")).to_be_visible()


def test_back_on_a_page_whose_button_led_nowhere_saving_goes_on(page: Page, server: Server) -> None:
    write(page, "Min")
    page.evaluate("document.querySelector('[data-autosave]').autosave.handOver()")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    page.clock.run_for(100)
    expect(line(page)).to_have_text("Sparat kl. 14.32")
    assert server.sent("learned") == ["Min"]


def test_text_that_went_with_the_page_s_button_is_not_a_conflict_later(
    page: Page, server: Server
) -> None:
    write(page, "Min")
    page.get_by_role("button", name="Klar").click()
    expect(line(page)).to_contain_text("Den är tillbaka")
    page.clock.run_for(1300)
    expect(line(page)).to_contain_text("Sparat kl. 14.32")
    server.values, server.version = {"learned": "Senare ändrat"}, 5
    page.goto(ORIGIN + "/svar")
    expect(page.get_by_label("Lärt")).to_have_value("Senare ändrat")
    expect(page.locator("[data-conflict]")).to_have_count(0)


def test_private_answers_are_never_kept_in_the_browser(page: Page, server: Server) -> None:
    server.answer = lambda _sent: None
    write(page, "Glutenfritt", "Kost")
    page.clock.run_for(1300)
    expect(line(page)).to_contain_text("kan inte spara en egen kopia")
    assert stored(page) == {}
    assert "Gluten" not in page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")


def test_a_browser_that_stores_nothing_says_so(browser: Browser, server: Server) -> None:
    context = browser.new_context()
    context.route("**/*", server.handle)
    context.add_init_script("Storage.prototype.setItem = () => { throw new Error('full'); }")
    page = context.new_page()
    page.clock.install()
    page.goto(ORIGIN + "/svar")
    server.answer = lambda _sent: None
    write(page, "a")
    page.clock.run_for(1300)
    expect(line(page)).to_contain_text("kan inte spara en egen kopia. Stäng inte sidan")
    context.close()


@pytest.mark.parametrize("status", [400, 401, 403])
def test_signed_out_keeps_the_text_and_goes_on_after_signing_in_elsewhere(
    page: Page, server: Server, status: int
) -> None:
    server.answer = lambda _sent: (status, {})
    write(page, "Kvar")
    page.clock.run_for(1300)
    expect(line(page)).to_have_text("Din länk gäller inte längre. Texten finns kvar här.")
    expect(page.get_by_role("link", name="Få en ny länk med e-post")).to_have_attribute(
        "href", "/lank"
    )
    assert stored(page)["learned"]["v"] == "Kvar"
    server.answer = server.save
    page.clock.resume()
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(line(page)).to_have_text("Sparat kl. 14.32")
    expect(page.get_by_role("link", name="Få en ny länk med e-post")).to_have_count(0)


def test_a_removed_card_offers_to_undo(page: Page, server: Server) -> None:
    server.answer = lambda _sent: (404, {})
    write(page, "a")
    page.clock.run_for(1300)
    expect(line(page)).to_have_text("En kollega har tagit bort det här. Din text finns kvar här.")
    with page.expect_request(ORIGIN + "/angra") as asked:
        page.get_by_role("button", name="Ångra borttagningen").click()
    assert (asked.value.method, asked.value.post_data) == ("POST", "csrf_token=bevis&whose=7")


def test_after_the_deadline_the_text_can_be_taken_home(page: Page, server: Server) -> None:
    server.answer = lambda _sent: (410, {})
    write(page, "För sent")
    page.clock.run_for(1300)
    expect(line(page)).to_have_text("Sista dagen har gått. Det du skrev nu är inte med.")
    with page.expect_download() as download:
        page.get_by_role("button", name="Ladda ner din text").click()
    assert "Lärt\r\nFör sent" in Path(download.value.path()).read_bytes().decode("utf-8")


@pytest.mark.parametrize(
    ("status", "reason", "says"),
    [
        (410, "meeting_cancelled", "Mötet är inställt. Det du skrev nu är inte med."),
        (410, "preparation_closed", "Sista dagen har gått. Det du skrev nu är inte med."),
        (403, "other_share", "Den här delen skrivs av kollegor nu. Din text finns kvar här."),
    ],
)
def test_the_reason_picks_the_sentence(
    page: Page, server: Server, status: int, reason: str, says: str
) -> None:
    server.answer = lambda _sent: (status, {"status": status, "reason": reason})
    write(page, "Kvar")
    page.clock.run_for(1300)
    expect(line(page)).to_have_text(says)
    expect(page.get_by_role("link", name="Få en ny länk med e-post")).to_have_count(0)
    expect(page.get_by_role("button", name="Ladda ner din text")).to_be_visible()


@pytest.mark.parametrize("status", [413, 422])
def test_one_text_too_long_does_not_hold_back_the_others(
    page: Page, server: Server, status: int
) -> None:
    page.clock.resume()
    server.answer = lambda sent: (status, {}) if "learned" in sent["fields"] else server.save(sent)
    write(page, "lång")
    write(page, "kort", "Hinder")
    expect(line(page)).to_have_text("Texten är för lång för att sparas. Korta den.")
    expect(page.locator("[name=base-hinders]")).to_have_value("4")
    assert server.sent("hinders") == ["kort"]
    server.answer = server.save
    page.get_by_label("Lärt").fill("l")
    page.clock.run_for(1300)
    expect(line(page)).to_have_text("Sparat kl. 14.32")
    assert server.sent("learned") == ["l"]


@pytest.mark.parametrize(
    ("button", "text"),
    [
        ("Lägg Annas text efter min", "Min\n\nAnnas <b>ord</b>"),
        ("Behåll bara min", "Min"),
        ("Ta Annas", "Annas <b>ord</b>"),
    ],
)
def test_both_texts_are_kept_until_one_has_chosen(
    page: Page, server: Server, button: str, text: str
) -> None:
    server.answer = conflict("Annas <b>ord</b>")
    write(page, "Min")
    page.clock.run_for(1300)
    box = page.get_by_role("group", name="Anna Berg ändrade samma svar kl. 14.31")
    expect(box).to_contain_text("Annas <b>ord</b>")
    expect(page.get_by_label("Lärt")).to_have_value("Min")
    expect(page.get_by_label("Lärt")).to_have_attribute("aria-describedby", "learned-konflikt")
    expect(line(page)).to_have_text("Anna Berg ändrade samma svar. Välj vilken text som ska gälla.")
    assert stored(page)["learned"]["v"] == "Min"
    server.answer = server.save
    page.get_by_role("button", name=button).click()
    expect(box).to_have_count(0)
    expect(page.get_by_label("Lärt")).to_be_focused()
    page.clock.run_for(1300)
    settled(page)
    expect(page.get_by_label("Lärt")).to_have_value(text)
    assert server.sent("learned") == ([] if button == "Ta Annas" else [text])
    assert button == "Ta Annas" or server.saved[0]["fields"]["learned"]["base"] == 9


def test_two_answers_of_one_line_stand_on_one_line(page: Page, server: Server) -> None:
    server.answer = lambda _sent: (
        200,
        {
            "at": "1",
            "conflicts": {
                "name": {"value": "Simskolan 2", "ver": 9, "who": "Anna Berg", "at": "14.31"}
            },
        },
    )
    write(page, "Simskola", "Namn")
    page.clock.run_for(1300)
    expect(page.get_by_role("group", name="Anna Berg ändrade samma svar kl. 14.31")).to_be_visible()
    server.answer = server.save
    page.get_by_role("button", name="Lägg Annas text efter min").click()
    expect(page.get_by_label("Namn")).to_have_value("Simskola, Simskolan 2")


def test_an_answer_that_can_only_be_one_is_not_put_after_another(
    page: Page, server: Server
) -> None:
    server.answer = lambda _sent: (
        200,
        {
            "at": "1",
            "conflicts": {
                "address": {"value": "b.example", "ver": 9, "who": "Anna Berg", "at": "14.31"}
            },
        },
    )
    write(page, "a.example", "Adress")
    page.clock.run_for(1300)
    box = page.get_by_role("group", name="Anna Berg ändrade samma svar kl. 14.31")
    expect(box.get_by_role("button")).to_have_text(["Behåll bara min", "Ta Annas"])


def test_the_same_text_is_no_conflict(page: Page, server: Server) -> None:
    server.answer = conflict("Lika")
    write(page, "Lika")
    page.clock.run_for(1300)
    expect(line(page)).to_have_text("Sparat kl. 14.32")
    expect(page.locator("[data-conflict]")).to_have_count(0)


def test_a_choice_in_conflict_is_shown_in_words_without_both(page: Page, server: Server) -> None:
    server.answer = lambda _sent: (
        200,
        {
            "at": "1",
            "conflicts": {"state": {"value": "b", "ver": 9, "who": "Anna Berg", "at": "14.31"}},
        },
    )
    page.get_by_label("Planeras").check()
    page.clock.run_for(1300)
    box = page.get_by_role("group", name="Anna Berg ändrade samma svar kl. 14.31")
    expect(box).to_contain_text("Pågår")
    expect(box.get_by_role("button")).to_have_text(["Behåll bara min", "Ta Annas"])
    box.get_by_role("button", name="Ta Annas").click()
    expect(page.get_by_label("Pågår")).to_be_checked()


def test_closing_the_tab_sends_what_is_left(page: Page, server: Server) -> None:
    write(page, "sista")
    with page.expect_request(ORIGIN + "/spara") as request:
        page.evaluate("dispatchEvent(new Event('pagehide'))")
    assert json.loads(request.value.post_data or "")["fields"]["learned"]["value"] == "sista"


def test_signing_out_empties_the_browser(page: Page, server: Server) -> None:
    page.evaluate(
        "localStorage.setItem('utkast:annat:7', '{}'); localStorage.setItem('annans', '1')"
    )
    page.get_by_role("button", name="Logga ut").click()
    page.wait_for_url(ORIGIN + "/logga-ut")
    assert page.evaluate("Object.keys(localStorage)") == ["annans"]


def test_signing_out_with_unsaved_text_asks_first(page: Page, server: Server) -> None:
    server.answer = lambda _sent: None
    write(page, "Kvar")
    page.clock.run_for(1300)
    expect(line(page)).to_contain_text("Ingen kontakt")
    page.once("dialog", lambda dialog: dialog.dismiss())
    with page.expect_event("dialog"):
        page.get_by_role("button", name="Logga ut").click()
    assert page.url == ORIGIN + "/svar"
    assert stored(page)["learned"]["v"] == "Kvar"


def holds(asked: list[str], count: int) -> Callable[[object], bool]:
    """Tells, whatever has happened, whether it has been asked that many times."""
    return lambda _event: len(asked) == count


@pytest.mark.parametrize("answer", [None, (500, {}), (503, {})])
def test_it_is_tried_again_after_3_8_20_and_60_seconds_and_each_minute_from_then(
    page: Page, server: Server, answer: tuple[int, dict[str, Any]] | None
) -> None:
    asked = server.answers_only(answer)
    ended = "requestfailed" if answer is None else "requestfinished"
    write(page, "Viktigt")
    page.clock.run_for(1300)
    expect(line(page)).to_contain_text("Ingen kontakt")
    for number, wait in enumerate((3, 8, 20, 60, 60), start=1):
        page.clock.run_for(wait * 1000 - 200)
        expect(line(page)).to_contain_text("Ingen kontakt")
        assert len(asked) == number, f"before {wait} s"
        with page.expect_event(ended, holds(asked, number + 1)):
            page.clock.run_for(250)
        settled(page)
    assert stored(page)["learned"]["v"] == "Viktigt"


def test_it_is_tried_at_once_when_the_network_is_back(page: Page, server: Server) -> None:
    server.answer = lambda _sent: None
    write(page, "Viktigt")
    page.clock.run_for(1300)
    expect(line(page)).to_contain_text("Ingen kontakt")
    server.answer = server.save
    page.evaluate("dispatchEvent(new Event('online'))")
    page.clock.run_for(100)
    expect(line(page)).to_have_text("Sparat kl. 14.32")


def test_a_redirect_to_another_page_is_no_save(page: Page, server: Server) -> None:
    page.context.route(
        "**/spara",
        lambda route: route.fulfill(status=302, headers={"Location": ORIGIN + "/logga-in"}),
    )
    write(page, "Kvar")
    page.clock.run_for(1300)
    expect(line(page)).to_have_text("Din länk gäller inte längre. Texten finns kvar här.")
    assert stored(page)["learned"]["v"] == "Kvar"


@pytest.mark.parametrize(
    "event",
    [
        "dispatchEvent(new Event('pagehide'))",
        "() => { Object.defineProperty(document, 'hidden', {value: true}); "
        "document.dispatchEvent(new Event('visibilitychange')) }",
    ],
)
def test_a_page_that_is_left_or_put_away_is_sent_past_its_own_end_and_copied(
    page: Page, server: Server, event: str
) -> None:
    server.answer = lambda _sent: None
    page.evaluate(
        "() => { window.asked = []; const ask = window.fetch; window.fetch = (url, how) => { "
        "asked.push(how.keepalive); return ask(url, how) } }"
    )
    write(page, "sista")
    with page.expect_request(ORIGIN + "/spara"):
        page.evaluate(event)
    assert page.evaluate("asked") == [True]
    assert stored(page)["learned"]["v"] == "sista"


def test_text_that_has_lain_in_the_browser_for_fourteen_days_is_gone(
    page: Page, server: Server
) -> None:
    # The page that is left must not put its own (empty) copy there.
    keep = """([days, text]) => {
      document.querySelector('[data-autosave]').autosave.stopped = 'submitted';
      const copy = {t: Date.now() - days * 86400000, d: {learned: {v: text, base: '3'}}};
      localStorage.setItem('utkast:/spara:7', JSON.stringify(copy)) }"""
    for days, text, shown in ((13.9, "Ny nog", "Ny nog"), (14.1, "För gammal", "")):
        page.evaluate(keep, [days, text])
        page.goto(ORIGIN + "/svar")
        expect(page.get_by_label("Lärt")).to_have_value(shown)
    assert stored(page) == {}


def test_a_text_that_is_too_long_is_not_sent_again_until_it_changes(
    page: Page, server: Server
) -> None:
    asked = server.answers_only((422, {}))
    write(page, "lång")
    page.clock.run_for(1300)
    expect(line(page)).to_have_text("Texten är för lång för att sparas. Korta den.")
    page.clock.run_for(120_000)
    assert asked == ["lång"]
    server.answer = server.save
    write(page, "!")
    page.clock.run_for(1300)
    expect(line(page)).to_have_text("Sparat kl. 14.32")


@pytest.mark.parametrize("status", [401, 404, 410])
def test_what_cannot_be_saved_is_not_sent_again_and_leaving_asks_first(
    page: Page, server: Server, status: int
) -> None:
    asked = server.answers_only((status, {}))
    write(page, "Kvar")
    page.clock.run_for(1300)
    expect(page.locator("[data-save]")).to_have_attribute("data-save", "err")
    write(page, " mer")
    page.clock.run_for(120_000)
    assert asked == ["Kvar"]
    expect(page.get_by_label("Lärt")).to_have_value("Kvar mer")
    assert stored(page)["learned"]["v"] == "Kvar mer"
    assert leaving_asks(page)


def test_leaving_asks_first_only_when_something_would_be_lost(page: Page, server: Server) -> None:
    assert not leaving_asks(page)
    server.answer = lambda _sent: None
    write(page, "a")
    page.clock.run_for(1300)
    expect(line(page)).to_contain_text("Ingen kontakt")
    assert not leaving_asks(page), "the copy in the browser is enough"
    write(page, "Nötter", "Kost")
    assert leaving_asks(page)


def leaving_asks(page: Page) -> bool:
    return bool(page.evaluate("!dispatchEvent(new Event('beforeunload', {cancelable: true}))"))


def test_private_answers_are_not_in_the_file_one_takes_home(page: Page, server: Server) -> None:
    server.answer = lambda _sent: (410, {})
    write(page, "Text")
    write(page, "Nötter", "Kost")
    page.clock.run_for(1300)
    with page.expect_download() as download:
        page.get_by_role("button", name="Ladda ner din text").click()
    assert "Nötter" not in Path(download.value.path()).read_text("utf-8")


def test_a_saved_text_is_one_s_own_on_the_page_too(page: Page, server: Server) -> None:
    author = page.locator("[data-by=learned]")
    write(page, "b", "Hinder")
    page.clock.run_for(1300)
    expect(line(page)).to_have_text("Sparat kl. 14.32")
    expect(author).to_have_text("Anna Berg, i går kl. 9")
    write(page, "a")
    page.clock.run_for(1300)
    expect(author).to_have_text("Du, kl. 14.32")


def test_the_same_minute_is_read_out_once(page: Page, server: Server) -> None:
    page.evaluate("""() => {
      window.said = 0;
      const everything = {childList: true, characterData: true, subtree: true};
      new MutationObserver(changes => { said += changes.length; })
        .observe(document.querySelector('[data-save-text]'), everything) }""")
    for text in ("a", "b", "c"):
        write(page, text)
        page.clock.run_for(1300)
        settled(page)
    expect(line(page)).to_have_text("Sparat kl. 14.32")
    assert page.evaluate("said") == 1
