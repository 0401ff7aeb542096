"""Diet and access needs: optional, with consent, shown to their owner only, and gone when they have
no purpose.
"""

from __future__ import annotations

import datetime as dt
import json
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from annualwheel import audit
from annualwheel.db import Base, db
from annualwheel.errors import Closed, DomainError, Refused
from annualwheel.meetings import changes
from annualwheel.models import Needs, Registration
from annualwheel.participation import replies, revocation
from annualwheel.privacy import retention
from annualwheel.registrations import needs
from tests.at_once import at_once
from tests.conftest import START, Fixed
from tests.makers.guests import link_of, make_guest, make_meeting, reply_of
from tests.tiny_browser import Browser

DIET, ACCESS = "Nötallergi mot hasselnöt", "Plats nära dörren tack"


def make_coming(given: str = "Maria") -> Registration:
    guest = make_guest(make_meeting(), given)
    return replies.register(guest, reply_of(guest), START, audit.participant(guest.person_id))


def state(visitor: Browser, guest: Registration) -> Browser:
    """Goes the whole way: link, page, own step, tick, save."""
    visitor.open(link_of(guest)).press("Se eller ändra").follow("Berätta vad du behöver")
    return (
        visitor.fill("Specialkost", DIET)
        .fill("Behöver du något", ACCESS)
        .choose("Jag samtycker")
        .press("Spara")
    )


def rows() -> list[Needs]:
    db.session.expire_all()
    return db.session.query(Needs).all()


def test_the_step_is_optional_and_comes_after_the_registration(
    session: Any, visitor: Browser
) -> None:
    guest = make_coming()
    visitor.open(link_of(guest)).press("Se eller ändra").follow("Berätta vad du behöver").follow(
        "Hoppa över"
    )
    assert (visitor.url, rows()) == ("/anmalan", [])


def test_nothing_is_kept_without_an_active_tick(session: Any, visitor: Browser) -> None:
    guest = make_coming()
    visitor.open(link_of(guest)).press("Se eller ändra").follow("Berätta vad du behöver").fill(
        "Specialkost", DIET
    )
    assert visitor.value("Jag samtycker") == ""
    visitor.press("Spara")
    assert (visitor.status, visitor.value("Specialkost"), rows()) == (422, DIET, [])
    assert "Kryssa i att du samtycker" in visitor.error_at("Jag samtycker")


def test_the_sentence_that_was_consented_to_is_kept_with_its_last_day(
    session: Any, visitor: Browser
) -> None:
    state(visitor, make_coming())
    row = rows()[0]
    assert (row.diet, row.access, row.consented_at, row.erase_on) == (
        DIET,
        ACCESS,
        START,
        dt.date(2027, 2, 5),
    )
    assert "De raderas senast fredag 5\u00a0februari\u00a02027" in row.consent_text


def test_the_registrations_page_says_only_that_they_are_given(
    session: Any, visitor: Browser
) -> None:
    guest = make_coming()
    state(visitor, guest).see(
        "Sparat", "Specialkost och tillgänglighet: angivet, visas inte här."
    ).miss(DIET, ACCESS)
    visitor.open(link_of(guest)).miss(DIET, ACCESS, "angivet")


def test_the_step_does_not_show_them_since_a_link_can_be_forwarded(
    session: Any, visitor: Browser
) -> None:
    state(visitor, make_coming()).follow("Ändra specialkost").see(
        "Du har redan berättat vad du behöver"
    ).miss(DIET, ACCESS)
    assert (
        visitor.value("Specialkost"),
        visitor.value("Behöver du något"),
        visitor.value("Jag samtycker"),
    ) == ("", "", "")


def test_what_is_not_written_anew_stands(session: Any, visitor: Browser) -> None:
    state(visitor, make_coming()).follow("Ändra specialkost").fill(
        "Specialkost", "Vegetariskt"
    ).choose("Jag samtycker").press("Spara")
    assert [(row.diet, row.access) for row in rows()] == [("Vegetariskt", ACCESS)]


def test_one_press_erases_them(session: Any, visitor: Browser) -> None:
    state(visitor, make_coming()).follow("Ändra specialkost").press(
        "Radera det jag har skrivit"
    ).see("Uppgifterna är raderade", "Berätta vad du behöver")
    assert rows() == []


def test_a_press_on_a_page_that_is_too_old_erases_nothing_and_says_so(
    session: Any, visitor: Browser
) -> None:
    state(visitor, make_coming()).follow("Ändra specialkost")
    for node in visitor.page.all("input"):
        if node.get("name") == "csrf_token":
            node.attrs["value"] = "gammal"
    visitor.press("Radera det jag har skrivit").see(
        "Sidan hade legat öppen för länge. Tryck en gång till."
    )
    assert [(row.diet, row.access) for row in rows()] == [(DIET, ACCESS)]
    visitor.press("Radera det jag har skrivit").see("Uppgifterna är raderade").miss(
        "Sidan hade legat öppen för länge"
    )


def test_empty_fields_change_nothing(session: Any, visitor: Browser) -> None:
    state(visitor, make_coming()).follow("Ändra specialkost").press("Spara")
    assert [(row.diet, row.access) for row in rows()] == [(DIET, ACCESS)]


@pytest.mark.parametrize("how", ["withdraw", "revoke", "decline"])
def test_they_are_erased_with_the_registration(session: Any, how: str) -> None:
    guest = make_coming()
    needs.state(guest, DIET, ACCESS, "Ja", START)
    if how == "withdraw":
        replies.withdraw(guest, START, audit.participant(guest.person_id))
    elif how == "revoke":
        revocation.revoke(guest, START, audit.SYSTEM)
    else:
        guest.state = "to_reconfirm"
        replies.decline(guest, "", START, audit.participant(guest.person_id))
    assert rows() == []


def test_they_are_erased_fourteen_days_after_the_meeting_wherever_it_moves(session: Any) -> None:
    guest = make_coming()
    needs.state(guest, DIET, ACCESS, "Ja", START)
    meeting, week = guest.meeting, dt.timedelta(days=7)
    changes.move(
        meeting,
        changes.Appointment(
            meeting.starts_at + 4 * week, meeting.ends_at + 4 * week, meeting.place
        ),
        "",
        START,
        audit.SYSTEM,
    )
    rule = retention.RULES["needs"]
    assert retention.erase(rule, dt.datetime(2027, 3, 4, 12, tzinfo=dt.UTC)) == 0
    assert (retention.erase(rule, dt.datetime(2027, 3, 5, 12, tzinfo=dt.UTC)), rows()) == (1, [])


def test_nobody_states_them_without_a_registration(session: Any, visitor: Browser) -> None:
    guest = make_guest(make_meeting())
    visitor.open(link_of(guest)).press("Ja, anmäl mig").open("/anmalan/behov")
    assert visitor.url == "/anmalan"
    with pytest.raises(Refused):
        needs.state(guest, DIET, "", "Ja", START)


def test_they_stand_in_no_other_table(session: Any, visitor: Browser) -> None:
    guest = make_coming()
    state(visitor, guest).follow("Ändra anmälan").choose("Nej", within="Äter du lunch").press(
        "Spara ändringen"
    )
    visitor.follow("Avboka min plats")
    for table in Base.metadata.sorted_tables:
        if table.name != "needs":
            text = json.dumps(
                [[str(value) for value in row] for row in db.session.execute(sa.select(table))],
                ensure_ascii=False,
            )
            assert DIET not in text and ACCESS not in text, table.name


def test_the_browser_is_told_to_keep_nothing_of_them(session: Any, visitor: Browser) -> None:
    visitor.open(link_of(make_coming())).press("Se eller ändra").follow("Berätta vad du behöver")
    fields = [
        node
        for node in visitor.page.all("input", "textarea")
        if node.get("name") in ("diet", "access")
    ]
    assert [(node.get("autocomplete"), node.get("data-private")) for node in fields] == [
        ("off", "1"),
        ("off", "1"),
    ]


# When nothing can be stated any more


def test_a_cancelled_meeting_needs_nothing(session: Any) -> None:
    guest, other = make_coming(), make_guest(make_meeting(kind="direction"), "Erik")
    replies.register(other, reply_of(other), START, audit.participant(other.person_id))
    needs.state(guest, DIET, ACCESS, "Ja", START)
    needs.state(other, DIET, "", "Ja", START)
    changes.cancel(guest.meeting, "", START, audit.SYSTEM)
    assert [row.registration_id for row in rows()] == [other.id]
    with pytest.raises(Closed, match="meeting_cancelled"):
        needs.state(guest, DIET, "", "Ja", START)


def test_nothing_is_stated_once_the_meeting_has_begun_but_can_be_erased(
    session: Any, visitor: Browser, clock: Fixed
) -> None:
    guest = make_coming()
    starts = guest.meeting.starts_at
    visitor.open(link_of(guest)).press("Se eller ändra").follow("Berätta vad du behöver")
    needs.state(guest, DIET, "", "Ja", starts - dt.timedelta(seconds=1))
    db.session.commit()
    clock.set(starts)
    visitor.fill("Specialkost", "Något annat").choose("Jag samtycker").press("Spara").see(
        "Mötet började"
    )
    assert [row.diet for row in rows()] == [DIET]
    visitor.open("/anmalan/behov").press("Radera det jag har skrivit")
    assert rows() == []
    assert visitor.open("/anmalan/behov").url == "/anmalan"


@pytest.mark.race
def test_pressing_twice_at_once_keeps_one_row(app: Flask) -> None:
    with app.app_context():
        guest = make_coming().id
        db.session.commit()

    def press(number: int) -> None:
        needs.state(db.session.get_one(Registration, guest), f"{DIET} {number}", "", "Ja", START)
        db.session.commit()

    at_once(app, press, range(8))
    with app.app_context():
        assert len(rows()) == 1


@pytest.mark.race
@pytest.mark.parametrize("how", ["withdraw", "cancel"])
def test_needs_stated_while_the_seat_goes_are_not_left_behind(
    app: Flask, session: Any, how: str
) -> None:
    guest = make_coming()
    db.session.commit()
    registration = guest.id

    def press() -> str:
        with app.app_context():
            try:
                needs.state(db.session.get_one(Registration, registration), DIET, "", "Ja", START)
            except DomainError as refusal:
                return refusal.key
            db.session.commit()
            return ""

    if how == "withdraw":
        replies.withdraw(guest, START, audit.participant(guest.person_id))
    else:
        changes.cancel(guest.meeting, "", START, audit.SYSTEM)
    with ThreadPoolExecutor(1) as other:
        pressed = other.submit(press)
        wait([pressed], timeout=0.5)  # who does not wait for us is done by then
        db.session.commit()
    assert (pressed.result(), rows()) == (
        "no_needs_without_registration" if how == "withdraw" else "meeting_cancelled",
        [],
    )
