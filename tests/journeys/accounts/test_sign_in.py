"""Staff sign in by a mailed link with a button: single use, 15 minutes, the same answer for
everybody.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from annualwheel import audit
from annualwheel.accounts import staff
from annualwheel.db import db
from annualwheel.models import Staff, StaffLink, StaffSession
from tests.conftest import START, Fixed
from tests.makers.asked import answer_all
from tests.makers.guests import mails
from tests.smtp_server import Smtp
from tests.tiny_browser import Browser

KARIN = "karin@region.example"


def make_staff(*roles: str) -> Staff:
    """Karin, beside an administrator."""
    staff.add("Åke Chef", "ake@region.example", ["administrator"], START)
    return staff.add("Karin Ek", KARIN, roles or ("coordinator",), START)


def ask(visitor: Browser, address: str = KARIN) -> Browser:
    visitor.open("/logga-in").fill("E-postadress", address).press("Mejla mig en länk")
    answer_all()
    return visitor


def mailed(visitor: Browser, smtp: Smtp, work: Callable[[], int]) -> str:
    ask(visitor).see("Titta i din e-post")
    work()
    return smtp.last(KARIN).link("/logga-in/")


def lands(visitor: Browser, link: str) -> str:
    """Where the press leads; the page there is somebody else's business."""
    visitor.open(link)
    form = {
        "csrf_token": next(
            n.get("value") for n in visitor.page.all("input") if n.get("name") == "csrf_token"
        )
    }
    return visitor.fetch("POST", link, data=form).headers["Location"]


@pytest.mark.parametrize(
    ("roles", "page"),
    [
        (("coordinator",), "/arshjul"),
        (("administrator",), "/arshjul"),
        (("facilitator",), "/svar"),
        (("coordinator", "facilitator"), "/arshjul"),
    ],
)
def test_each_role_lands_where_its_work_is(
    session: Any,
    visitor: Browser,
    smtp: Smtp,
    work: Callable[[], int],
    roles: tuple[str, ...],
    page: str,
) -> None:
    make_staff(*roles)
    assert lands(visitor, mailed(visitor, smtp, work)) == page
    assert visitor.fetch("GET", page).status_code == 200


def test_one_comes_back_to_the_page_that_asked_for_the_sign_in(
    session: Any, visitor: Browser, smtp: Smtp, work: Callable[[], int]
) -> None:
    make_staff()
    visitor.open("/personer")
    visitor.fill("E-postadress", KARIN).press("Mejla mig en länk")
    work()
    assert lands(visitor, smtp.last(KARIN).link("/logga-in/")) == "/personer"


@pytest.mark.parametrize("elsewhere", ["https://ond.example/", "//ond.example", "/\\ond.example"])
def test_a_sign_in_never_leads_out_of_the_service(
    session: Any, visitor: Browser, smtp: Smtp, work: Callable[[], int], elsewhere: str
) -> None:
    make_staff()
    visitor.open("/logga-in", back=elsewhere).fill("E-postadress", KARIN).press("Mejla mig en länk")
    work()
    assert lands(visitor, smtp.last(KARIN).link("/logga-in/")) == "/arshjul"


def test_the_page_of_the_link_uses_nothing_up(
    session: Any, visitor: Browser, smtp: Smtp, work: Callable[[], int]
) -> None:
    make_staff()
    link = mailed(visitor, smtp, work)
    for _ in range(3):
        visitor.open(link).see("Tryck på knappen")
    db.session.expire_all()
    assert (db.session.query(StaffLink).one().used_at, db.session.query(StaffSession).count()) == (
        None,
        0,
    )


def test_a_link_is_used_once(
    session: Any,
    visitor: Browser,
    new_visitor: Callable[[], Browser],
    smtp: Smtp,
    work: Callable[[], int],
) -> None:
    make_staff()
    link = mailed(visitor, smtp, work)
    other = new_visitor().open(link)
    lands(visitor, link)
    other.press("Logga in").see("Länken fungerar inte")
    assert (other.status, db.session.query(StaffSession).count()) == (404, 1)


def test_a_link_is_old_after_fifteen_minutes(
    session: Any, visitor: Browser, smtp: Smtp, work: Callable[[], int], clock: Fixed
) -> None:
    make_staff()
    link = mailed(visitor, smtp, work)
    clock.advance(dt.timedelta(minutes=15))
    assert visitor.open(link).status == 200
    clock.advance(dt.timedelta(seconds=1))
    visitor.open(link).see("Länken fungerar inte")
    ask(visitor).see("Titta i din e-post")


def test_the_answer_is_the_same_for_an_unknown_address(
    session: Any, new_visitor: Callable[[], Browser]
) -> None:
    make_staff()
    known, unknown = ask(new_visitor()), ask(new_visitor(), "okand@region.example")
    assert (known.text, known.url, known.status) == (unknown.text, unknown.url, unknown.status)
    assert [message.address for message in mails()] == [KARIN]


@pytest.mark.parametrize("address", [KARIN, "okand@region.example"])
def test_the_sixth_try_within_an_hour_is_too_many(
    session: Any, visitor: Browser, address: str
) -> None:
    make_staff()
    for _ in range(5):
        assert ask(visitor, address).status == 200
    assert ask(visitor, address).status == 422
    visitor.see("Det gick inte", "många försök på kort tid", "Det du skrev finns kvar.")
    assert visitor.miss("behöver rättas").value("E-postadress") == address


def test_a_session_ends_after_twelve_hours_and_at_sign_out(
    session: Any, visitor: Browser, smtp: Smtp, work: Callable[[], int], clock: Fixed
) -> None:
    make_staff()
    lands(visitor, mailed(visitor, smtp, work))
    assert visitor.fetch("GET", "/svar").status_code == 200
    clock.advance(dt.timedelta(hours=12))
    assert visitor.fetch("GET", "/svar").status_code == 303
    lands(visitor, mailed(visitor, smtp, work))
    visitor.open("/svar").press("Logga ut").see("Du är utloggad", "mejlar vi dig en ny länk").miss(
        "personliga länk"
    )
    assert visitor.fetch("GET", "/svar").status_code == 303
    assert all(
        row.ended_at or row.expires_at <= clock.now() for row in db.session.query(StaffSession)
    )


def test_a_closed_account_is_out_at_once(
    session: Any, visitor: Browser, smtp: Smtp, work: Callable[[], int]
) -> None:
    karin = make_staff()
    link = mailed(visitor, smtp, work)
    lands(visitor, link)
    staff.set_active(karin, False, START, audit.SYSTEM)
    assert visitor.fetch("GET", "/svar").status_code == 303
    ask(visitor)
    assert len(mails("staff_sign_in")) == 1


def test_an_old_page_asks_for_another_press(
    session: Any, visitor: Browser, smtp: Smtp, work: Callable[[], int]
) -> None:
    make_staff()
    link = mailed(visitor, smtp, work)
    visitor.open(link)
    visitor.client.delete_cookie("arshjulet")
    visitor.press("Logga in").see(
        "Sidan hade legat öppen för länge", "Inget har hänt än. Tryck på knappen en gång till."
    ).miss("behöver rättas", "Det du skrev")
    assert db.session.query(StaffSession).count() == 0


def test_only_the_hash_of_a_session_is_kept(
    session: Any, visitor: Browser, smtp: Smtp, work: Callable[[], int]
) -> None:
    make_staff()
    lands(visitor, mailed(visitor, smtp, work))
    with visitor.client.session_transaction() as kept:
        token = kept["staff"]
    assert token not in db.session.query(StaffSession).one().token_hash


def test_another_site_signs_nobody_out(
    session: Any, visitor: Browser, smtp: Smtp, work: Callable[[], int]
) -> None:
    make_staff()
    lands(visitor, mailed(visitor, smtp, work))
    visitor.send("POST", "/logga-ut", [], False).see("Vill du logga ut?")
    assert (visitor.status, visitor.fetch("GET", "/svar").status_code) == (422, 200)
    visitor.press("Logga ut", within="Vill du logga ut?").see("Du är utloggad")
    assert visitor.fetch("GET", "/svar").status_code == 303


def test_who_was_signed_in_in_the_browser_before_is_signed_out_by_the_next(
    session: Any, visitor: Browser, smtp: Smtp, work: Callable[[], int]
) -> None:
    make_staff()
    lands(visitor, mailed(visitor, smtp, work))
    with visitor.client.session_transaction() as kept:
        first = kept["staff"]
    lands(visitor, mailed(visitor, smtp, work))
    db.session.expire_all()
    assert staff.of_session(first, START) is None
    assert visitor.fetch("GET", "/svar").status_code == 200
