"""A page acts for the person it was made for, whatever link was opened in the same browser after
it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from annualwheel import unit_of_work
from annualwheel.db import db
from annualwheel.models import Member, Registration
from annualwheel.preparation import membership, submission
from annualwheel.privacy import own_data
from annualwheel.registrations import needs
from annualwheel.services import services
from annualwheel.web.session_links import MOST
from rehearse.fields import fields_in
from scenes.table import SCENES
from scenes.world import World
from scenes.worlds import MAKERS
from tests.conftest import START, Fixed
from tests.databases import in_turn
from tests.furnished_worlds import enter as enter_scene
from tests.makers.guests import link_of, make_guest, make_meeting, typed
from tests.makers.writers import OPEN, add_initiative, enter, item_of, make_members, stored
from tests.tiny_browser import Browser

PAGE = "/forberedelse/strukturer/arbete"
SKAPA = "Vilka strukturer behöver vi skapa?"


def tab(browser: Browser) -> Browser:
    """Another tab of the same browser: the same cookies, a page of its own."""
    other = Browser(browser.app)
    other.client = browser.client
    return other


def seats_of_two() -> tuple[Registration, Registration]:
    meeting = make_meeting()
    return make_guest(meeting, "Anna", "Berg"), make_guest(meeting, "Bo", "Ek", "Sunne kommun")


def opened(browser: Browser, guest: Registration) -> Browser:
    return browser.open(link_of(guest)).press("Ja, anmäl mig")


# Every form says whose page it stands on


@pytest.mark.parametrize(("name", "database"), in_turn(MAKERS), indirect=["database"])
def test_every_form_says_whose_it_is_and_nobody_elses(
    furnished_world: Callable[[str], World], name: str
) -> None:
    world, bare, seen = furnished_world(name), list[str](), 0
    for scene in SCENES:
        if (
            scene.world != name
            or scene.audience not in ("participant", "preparation", "owner")
            or scene.status == 401
            or scene.framed
        ):
            continue
        browser = enter_scene(world, scene)
        with world.at(scene):
            browser.open(world.address(scene))
        for form in (
            form for form in browser.page.all("form") if form.get("method").lower() == "post"
        ):
            fields = [
                control.get("value")
                for control in fields_in(browser.page, form)
                if control.get("name") == "acting_for"
            ]
            seen += 1
            if len(fields) != 1 or fields[0] not in str(world.sessions[scene.who]):
                bare.append(f"{scene.name}: {form.get('action')} {fields}")
        for script in (node for node in browser.page.walk() if node.get("data-csrf")):
            if (script.get("data-user") or script.get("data-acting-for")) not in str(
                world.sessions[scene.who]
            ):
                bare.append(f"{scene.name}: {script.attrs}")
    assert not bare, "\n".join(bare)
    # Nobody but staff has a page there.
    assert seen or name in ("empty", "stands")


# The registration


def test_each_tab_says_no_for_its_own_person(session: Any, visitor: Browser) -> None:
    anna, bo = seats_of_two()
    first = opened(visitor, anna).open("/anmalan/nej")
    second = opened(tab(visitor), bo).open("/anmalan/nej")
    first.press("Tacka nej").see("Anna Berg", "Du har tackat nej")
    assert (anna.state, bo.state) == ("declined", "invited")
    second.press("Tacka nej").see("Bo Ek")
    assert (anna.state, bo.state) == ("declined", "declined")


def test_each_tab_registers_and_withdraws_its_own_person(session: Any, visitor: Browser) -> None:
    anna, bo = seats_of_two()
    first, second = opened(visitor, anna), opened(tab(visitor), bo)
    first.choose("Ja", within="Äter du lunch").press("Skicka anmälan").see(
        "Anna Berg", "Du är anmäld"
    )
    assert (anna.state, bo.state, bo.person.name) == ("registered", "invited", "Bo Ek")
    second.choose("Nej", within="Äter du lunch").press("Skicka anmälan").see(
        "Bo Ek", "Du är anmäld"
    )
    first.open(link_of(anna)).press("Se eller ändra").open("/anmalan/avboka")
    second.open(link_of(bo)).press("Se eller ändra")
    first.press("Avboka min plats").see("Anna Berg")
    assert (anna.state, bo.state) == ("withdrawn", "registered")


def test_needs_come_to_the_seat_they_were_written_for(session: Any, visitor: Browser) -> None:
    anna, bo = seats_of_two()
    first = (
        opened(visitor, anna)
        .choose("Ja", within="Äter du lunch")
        .press("Skicka anmälan")
        .open("/anmalan/behov")
    )
    opened(tab(visitor), bo).choose("Ja", within="Äter du lunch").press("Skicka anmälan")
    first.fill("Specialkost", "Vegansk kost").choose("Jag samtycker").press("Spara").see(
        "Anna Berg"
    )
    assert (needs.of(anna).diet, needs.of(bo).diet) == ("Vegansk kost", "")


def test_the_page_that_is_opened_is_that_of_the_link_opened_last(
    session: Any, visitor: Browser
) -> None:
    anna, bo = seats_of_two()
    opened(visitor, anna)
    opened(visitor, bo).open("/anmalan").see("Bo Ek")
    opened(visitor, anna).open("/anmalan").see("Anna Berg")


@pytest.mark.parametrize("acting_for", ["bo", "anna's of a browser that has not opened it", "none"])
def test_a_page_of_somebody_whose_link_was_not_opened_here_changes_nothing(
    session: Any, visitor: Browser, new_visitor: Callable[[], Browser], acting_for: str
) -> None:
    anna, bo = seats_of_two()
    opened(new_visitor(), bo)
    opened(visitor, anna).fill("Titel", "Halvskriven titel").choose("Ja", within="Äter du lunch")
    form = {
        **typed(visitor),
        "acting_for": {"bo": bo.public_id, "none": ""}.get(acting_for, "hittepa"),
    }
    visitor.show(visitor.url, None)  # a page that says whose it is would say so in the header too
    answer = visitor.fetch("POST", "/anmalan/anmal", data=form)
    assert (answer.status_code, "Halvskriven titel" in answer.get_data(as_text=True)) == (401, True)
    assert (anna.state, bo.state) == ("invited", "invited")


def test_a_link_that_was_taken_back_acts_no_more_and_the_others_do(
    session: Any, visitor: Browser
) -> None:
    anna, bo = seats_of_two()
    first, second = opened(visitor, anna), opened(tab(visitor), bo)
    anna.link_version += 1
    assert first.choose("Ja", within="Äter du lunch").press("Skicka anmälan").status == 401
    assert second.open("/anmalan").see("Bo Ek").status == 200
    second.open("/anmalan/anmal").choose("Ja", within="Äter du lunch").press("Skicka anmälan").see(
        "Bo Ek", "Du är anmäld"
    )
    assert (anna.state, bo.state) == ("invited", "registered")


def test_signing_out_forgets_every_link(session: Any, visitor: Browser) -> None:
    anna, bo = seats_of_two()
    first, second = opened(visitor, anna), opened(tab(visitor), bo)
    tab(visitor).open("/anmalan").press("Logga ut")
    for page in (first, second):
        assert page.choose("Ja", within="Äter du lunch").press("Skicka anmälan").status == 401
    assert visitor.fetch("GET", "/anmalan").status_code == 401
    assert (anna.state, bo.state) == ("invited", "invited")


def test_who_sends_a_substitute_is_out_and_the_others_stay(session: Any, visitor: Browser) -> None:
    anna, bo = seats_of_two()
    first, second = opened(visitor, anna).open("/anmalan/ersattare"), opened(tab(visitor), bo)
    first.fill("Förnamn", "Eva").fill("Efternamn", "Nord").fill(
        "E-postadress", "eva.nord@kommun.example"
    ).press("Skicka ersättaren")
    assert (anna.state, bo.state) == ("substituted", "invited")
    assert (
        second.choose("Ja", within="Äter du lunch").press("Skicka anmälan").see("Bo Ek").status
        == 200
    )
    with visitor.client.session_transaction() as kept:
        assert kept["registration"] == [[bo.public_id, bo.link_version, 0]]


def test_a_browser_remembers_the_last_few_and_its_cookie_stays_small(
    session: Any, visitor: Browser
) -> None:
    meeting = make_meeting()
    guests = [make_guest(meeting, f"Person{number}", "Sand") for number in range(MOST + 1)]
    pages = [opened(tab(visitor), guest).open("/anmalan/nej") for guest in guests]
    cookie = visitor.client.get_cookie("arshjulet")
    assert cookie is not None and len(cookie.value) < 1000
    assert pages[0].press("Tacka nej").status == 401
    assert pages[1].press("Tacka nej").status == 200
    assert [guest.state for guest in guests[:3]] == ["invited", "declined", "invited"]


def test_a_session_from_before_there_were_several_goes_on(session: Any, visitor: Browser) -> None:
    anna, bo = seats_of_two()
    unit_of_work.commit()
    with visitor.client.session_transaction() as kept:
        kept["registration"] = [anna.public_id, anna.link_version]
    first = tab(visitor).open("/anmalan/nej")
    opened(visitor, bo)
    first.press("Tacka nej").see("Anna Berg")
    assert (anna.state, bo.state) == ("declined", "invited")


# The preparation


@pytest.fixture
def writers(session: Any, clock: Fixed) -> tuple[Member, Member]:
    """Anna writes for Hagfors and for Sunne; one browser opens both."""
    clock.set(OPEN)
    (hagfors,) = make_members("Anna")
    guest = make_guest(hagfors.submission.questionnaire.meeting, "Anna", "Berg", "Sunne kommun")
    sunne = membership.join(
        hagfors.submission.questionnaire, guest.person, guest.organisation, OPEN
    )
    db.session.commit()
    return hagfors, sunne


def texts(*members: Member) -> list[Any]:
    return [stored(item_of(member, "strukturer/arbete"), "skapa") for member in members]


def test_a_text_is_saved_in_the_answer_it_was_written_in(
    writers: tuple[Member, Member], visitor: Browser
) -> None:
    hagfors, sunne = writers
    first, second = enter(visitor, hagfors).open(PAGE), enter(tab(visitor), sunne).open(PAGE)
    first.fill(SKAPA, "Hagfors text").press("Spara utkast").see("Hagfors kommun")
    assert texts(hagfors, sunne) == ["Hagfors text", None]
    second.fill(SKAPA, "Sunnes text").press("Spara utkast").see("Sunne kommun")
    assert texts(hagfors, sunne) == ["Hagfors text", "Sunnes text"]


def test_what_is_saved_while_one_writes_is_too(
    writers: tuple[Member, Member], visitor: Browser
) -> None:
    hagfors, sunne = writers
    first = enter(visitor, hagfors).open(PAGE)
    enter(tab(visitor), sunne).open(PAGE)
    form = next(f for f in first.page.all("form") if f.get("data-autosave"))
    answer = first.fetch(
        "POST",
        form.get("data-autosave"),
        json={"fields": {"skapa": {"value": "Hagfors text", "base": "0-"}}},
        headers={"X-CSRFToken": form.get("data-csrf"), "X-Acting-For": form.get("data-user")},
    )
    assert (answer.status_code, texts(hagfors, sunne)) == (200, ["Hagfors text", None])
    tab(visitor).open(PAGE).see("Sunne kommun").miss(
        "Hagfors kommun"
    )  # a script in one tab does not turn the others' pages


def test_a_script_that_does_not_say_whose_it_is_saves_nothing(
    writers: tuple[Member, Member], visitor: Browser
) -> None:
    hagfors, sunne = writers
    enter(visitor, hagfors).open(PAGE)
    form = next(f for f in visitor.page.all("form") if f.get("data-autosave"))
    for acting_for in ("", sunne.public_id):
        answer = visitor.fetch(
            "POST",
            form.get("data-autosave"),
            json={"fields": {"skapa": {"value": "Text", "base": "0-"}}},
            headers={"X-CSRFToken": form.get("data-csrf"), "X-Acting-For": acting_for},
        )
        assert answer.status_code == 401
    assert texts(hagfors, sunne) == [None, None]


def test_a_sign_of_life_is_that_of_the_page(
    writers: tuple[Member, Member], visitor: Browser
) -> None:
    hagfors, sunne = writers
    first = enter(visitor, hagfors).open(PAGE)
    enter(tab(visitor), sunne)
    place = next(node for node in first.page.walk() if node.get("data-here"))
    answer = first.fetch(
        "POST",
        place.get("data-here"),
        json={"where": place.get("data-where")},
        headers={
            "X-CSRFToken": place.get("data-csrf"),
            "X-Acting-For": place.get("data-acting-for"),
        },
    )
    assert (answer.status_code, hagfors.seen_section, sunne.seen_section) == (
        200,
        "strukturer/arbete",
        "",
    )


def test_the_answer_that_was_looked_over_is_the_one_that_is_submitted(
    writers: tuple[Member, Member], visitor: Browser
) -> None:
    hagfors, sunne = writers
    for member in writers:
        add_initiative(member)
        db.session.commit()
    first = enter(visitor, hagfors)
    first.open("/forberedelse/granska")
    enter(tab(visitor), sunne)
    first.press("Skicka in").see("Hagfors kommun")
    assert [submission.latest(member.submission) is not None for member in writers] == [True, False]


def test_a_member_who_was_taken_out_writes_no_more(
    writers: tuple[Member, Member], visitor: Browser
) -> None:
    hagfors, sunne = writers
    first, second = enter(visitor, hagfors).open(PAGE), enter(tab(visitor), sunne).open(PAGE)
    hagfors.link_version += 1
    assert (
        first.fill(SKAPA, "Hagfors text")
        .press("Spara utkast")
        .see("Det du skrev är inte sparat än")
        .status
        == 401
    )
    second.fill(SKAPA, "Sunnes text").press("Spara utkast").see("Sunne kommun")
    assert texts(hagfors, sunne) == [None, "Sunnes text"]


# One's own details


def test_own_details_are_corrected_for_the_one_who_was_shown(
    session: Any, visitor: Browser
) -> None:
    anna, bo = seats_of_two()
    first = own(visitor, anna).follow("Rätta uppgifterna").fill("Titel", "Direktör i Hagfors")
    own(tab(visitor), bo)
    assert first.press("Spara").see("Direktör i Hagfors").status == 401
    assert {place.title for guest in (anna, bo) for place in guest.person.affiliations} == {
        "Kommunstrateg"
    }
    tab(visitor).open("/mina-uppgifter/oversikt").see("Bo Ek")


def own(browser: Browser, guest: Registration) -> Browser:
    token = services().link_signer.token(own_data.target(guest.person), START)
    return browser.open(f"/u/{token}").press("Visa mina uppgifter")
