"""A copy of a cookie is worth nothing once somebody has signed out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from annualwheel.db import db
from annualwheel.models import Registration
from annualwheel.privacy import own_data
from annualwheel.services import services
from tests.conftest import START, Fixed
from tests.makers.guests import link_of, make_guest, make_meeting
from tests.makers.region import make_staff, sign_in
from tests.makers.writers import OPEN, enter, make_members
from tests.tiny_browser import Browser

NewVisitor = Callable[[], Browser]


@pytest.fixture
def guest(session: Any) -> Registration:
    made = make_guest(make_meeting())
    db.session.commit()
    return made


def copy_of(visitor: Browser, thief: Browser) -> Browser:
    """Another browser with the same cookie."""
    cookie = visitor.client.get_cookie("arshjulet")
    assert cookie is not None
    thief.client.set_cookie("arshjulet", cookie.value)
    return thief


def own(visitor: Browser, guest: Registration) -> Browser:
    token = services().link_signer.token(own_data.target(guest.person), START)
    return visitor.open(f"/u/{token}").press("Visa mina uppgifter")


def test_of_a_registration_and_the_mailed_link_goes_on(
    guest: Registration, visitor: Browser, new_visitor: NewVisitor
) -> None:
    visitor.open(link_of(guest)).press("Nej, jag kan inte")
    thief = copy_of(visitor, new_visitor())
    page = thief.open("/anmalan/nej")
    assert page.status == 200
    visitor.open("/anmalan").press("Logga ut")
    assert page.press("Tacka nej").status == 401
    assert thief.open("/anmalan").status == 401
    db.session.expire_all()
    assert guest.state == "invited"
    visitor.open(link_of(guest)).press("Nej, jag kan inte")
    assert visitor.open("/anmalan").status == 200
    # What was copied before does not come alive again.
    assert thief.open("/anmalan").status == 401


def test_of_an_answer(
    session: Any, clock: Fixed, visitor: Browser, new_visitor: NewVisitor
) -> None:
    clock.set(OPEN)
    (maria,) = make_members("Maria")
    db.session.commit()
    enter(visitor, maria)
    thief = copy_of(visitor, new_visitor())
    assert thief.open("/forberedelse").status == 200
    visitor.open("/forberedelse").press("Logga ut")
    assert thief.open("/forberedelse").status == 401


@pytest.mark.parametrize("button", ["Logga ut", "Stäng"])
def test_of_the_own_details(
    guest: Registration, visitor: Browser, new_visitor: NewVisitor, button: str
) -> None:
    own(visitor, guest)
    thief = copy_of(visitor, new_visitor())
    assert thief.open("/mina-uppgifter/oversikt").status == 200
    visitor.open("/mina-uppgifter/oversikt").press(button)
    assert thief.open("/mina-uppgifter/oversikt").status == 401
    assert own(visitor, guest).status == 200


def test_of_staff(session: Any, visitor: Browser, new_visitor: NewVisitor) -> None:
    sign_in(visitor, make_staff())
    thief = copy_of(visitor, new_visitor())
    assert thief.open("/arshjul").see("Årshjulet").status == 200
    visitor.open("/arshjul").press("Logga ut")
    assert thief.fetch("GET", "/arshjul").status_code == 303


def test_a_session_from_before_sign_outs_were_counted_ends_too(
    guest: Registration, visitor: Browser, new_visitor: NewVisitor
) -> None:
    with visitor.client.session_transaction() as kept:
        kept["registration"] = [[guest.public_id, guest.link_version]]
    thief = copy_of(visitor, new_visitor())
    assert thief.open("/anmalan").status == 200
    visitor.open("/anmalan").press("Logga ut")
    assert thief.open("/anmalan").status == 401
