"""Food and access without names: what the kitchen is given, what has changed, and a question that
nobody can trace.
"""

from __future__ import annotations

import io

import openpyxl
import pytest
from sqlalchemy.orm import Session, scoped_session

from annualwheel import audit
from annualwheel.db import db
from annualwheel.models import Audit, Meeting, Message, NeedsList, Registration
from annualwheel.participation import replies
from annualwheel.registrations import needs, needs_lists
from tests.conftest import START
from tests.makers.guests import make_guest, make_meeting, reply_of
from tests.makers.region import make_staff, sign_in
from tests.tiny_browser import Browser

HERE = "/mote/2027/arbetsmote/mat-och-tillganglighet"
# Given and family name, diet, what they need, whether they eat; in the order they registered.
PEOPLE = (
    ("Asta", "Öberg", "Vegetariskt", "Rullstol: plats nära dörren", True),
    ("Orvar", "Exempelek", " vegetariskt\t", "Teckentolk", True),
    ("Zeta", "Åberg", "=allergi mot nötter", "Hörslinga", False),
    ("Bo", "Ärlig", "", "teckentolk", True),
    ("Eva", "Nord", "Vegetariskt", "Ledarhund", None),
)


@pytest.fixture
def meeting(session: scoped_session[Session]) -> Meeting:
    """The working meeting with five who come and have said what they need."""
    meeting = make_meeting(online=True)
    for given, family, diet, access, lunch in PEOPLE:
        guest = make_guest(meeting, given, family)
        replies.register(guest, reply_of(guest), START, audit.participant(guest.person_id))
        needs.state(guest, diet, access, "Jag samtycker", START)
        guest.lunch = lunch
    meeting.with_lunch = True
    waiting = make_guest(meeting, "Ulla", "Kö")
    waiting.state = "waitlisted"
    needs.state(waiting, "Glutenfritt", "", "Jag samtycker", START)
    db.session.commit()
    return meeting


@pytest.fixture
def office(visitor: Browser, meeting: Meeting) -> Browser:
    """Signed in."""
    return sign_in(visitor, make_staff("coordinator"))


def seen(office: Browser) -> Browser:
    """The list, opened by the press."""
    return office.open(HERE).press("Visa uppgifterna")


def verbs() -> list[str]:
    found = db.session.query(Audit.verb).filter(Audit.subject_kind == "needs").order_by(Audit.id)
    return [row.verb for row in found]


def test_nothing_is_shown_before_the_press_and_each_look_is_noted(office: Browser) -> None:
    office.open("/mote/2027/arbetsmote").follow("Mat och tillgänglighet")
    office.miss("Teckentolk", "Vegetariskt")
    assert verbs() == []
    office.press("Visa uppgifterna").see("Teckentolk", "Vegetariskt")
    seen(office)
    assert verbs() == ["needs_read", "needs_read"]


def test_the_kitchen_gets_numbers_and_nobody_gets_names(office: Browser) -> None:
    seen(office)
    for given, family, *_rest in PEOPLE:
        office.miss(f"{given} {family}", family)
    office.miss("Glutenfritt", "Hagfors kommun")
    (way, online) = needs_lists.of(db.session.query(Meeting).one())
    assert (way.people, way.lunches, way.no_lunch, way.unanswered) == (5, 3, 1, 1)
    assert [(one.text, one.count) for one in way.diets] == [
        ("Vegetariskt", 3),
        ("=allergi mot nötter", 1),
    ]
    assert sorted(one.count for one in way.access) == [1, 1, 1, 2]
    assert (online.people, online.access, online.has_few) == (0, [], False)


# By chance it may be the one or the other; on SQLite a meeting always has the same number.
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_order_is_not_that_of_the_alphabet_nor_of_the_registrations(meeting: Meeting) -> None:
    shown = [one.text.casefold() for one in needs_lists.of(meeting)[0].access]
    registered = [access.casefold() for *_who, access, _lunch in PEOPLE]
    assert shown != list(dict.fromkeys(registered)) and shown != sorted(shown)


def test_whoever_says_it_again_later_moves_nothing(meeting: Meeting) -> None:
    first = [one.text.casefold() for one in needs_lists.of(meeting)[0].access]
    registered = db.session.query(Registration).filter_by(state="registered")
    guests = registered.order_by(Registration.id.desc())
    for guest, (*_who, diet, access, _lunch) in zip(guests, PEOPLE, strict=True):
        needs.state(guest, diet, access, "Jag samtycker", START)
    assert [one.text.casefold() for one in needs_lists.of(meeting)[0].access] == first


def test_few_people_are_warned_of(office: Browser, meeting: Meeting) -> None:
    seen(office).miss("Så få att det går att gissa")
    for guest in db.session.query(Registration).filter_by(state="registered").limit(2):
        guest.mode = "online"
    db.session.commit()
    seen(office).see("Så få att det går att gissa", "2 personer har en plats")


def test_what_has_changed_since_the_list_was_handed_out_is_told(office: Browser) -> None:
    seen(office).press("Märk listan som utlämnad").see(
        "Listan är märkt som utlämnad", "Inget har ändrats."
    )
    registered = db.session.query(Registration).filter_by(state="registered")
    first, second, third = registered.order_by(Registration.id).limit(3)
    needs.state(first, "Veganskt", "Rullstol: plats nära dörren", "Jag samtycker", START)
    needs.forget(second)
    third.lunch = True
    db.session.commit()
    seen(office).see("Äter lunch: +1", "Veganskt", "+1", "−2").miss("är borta")
    needs.forget(first)
    needs.forget(third)
    db.session.commit()
    seen(office).see("3 uppgifter som fanns då är borta")
    assert verbs() == ["needs_read", "needs_taken_out", "needs_read", "needs_read"]


def test_what_is_remembered_of_a_list_holds_no_text(office: Browser) -> None:
    seen(office).press("Märk listan som utlämnad")
    kept = repr([(one.salt, one.counted) for one in db.session.query(NeedsList)]).casefold()
    assert not [word for word in ("veget", "tolk", "dörr", "nöt") if word in kept]


def test_the_file_has_the_same_and_counts_as_handed_out(office: Browser) -> None:
    seen(office).press("Hämta som Excel")
    sheet = openpyxl.load_workbook(io.BytesIO(office.body)).worksheets[0]
    rows = list(sheet.iter_rows(min_row=4, values_only=True))
    assert ("På plats", "Lunch", "Äter lunch", 3, None) in rows
    assert [row[3] for row in rows if row[1] == "Specialkost"] == [3, 1]
    risky = next(cell for row in sheet for cell in row if str(cell.value).startswith("=allergi"))
    assert risky.data_type == "s" and risky.quotePrefix
    text = repr(rows)
    assert not [family for _given, family, *_rest in PEOPLE if family in text]
    assert verbs() == ["needs_read", "needs_taken_out"]
    seen(office).see("Listan lämnades ut")


def test_a_question_reaches_whoever_wrote_it_and_staff_see_nobody(office: Browser) -> None:
    asks = [form for form in seen(office).page.all("form") if "fraga" in form.get("action")]
    signs = next(form for form in asks if "eckentolk" in form.text)
    mark = next(one for one in signs.all("input") if one.get("name") == "about").get("value")
    address = signs.get("action")
    proof = {
        one.get("name"): one.get("value")
        for one in signs.all("input")
        if one.get("name") != "about"
    }
    office.send("POST", address, [*proof.items(), ("about", mark)], False)
    office.see("Du får inte veta vem det är").press("Skicka frågan")
    assert "Skriv din fråga" in office.error_at("Vad vill du fråga?")
    office.fill("Vad vill du fråga?", "På svenska eller internationella tecken?")
    office.press("Skicka frågan").see("Frågan är på väg till 2 personer")
    mails = db.session.query(Message).filter_by(kind="needs_question").all()
    assert sorted(mail.name for mail in mails) == ["Bo Ärlig", "Orvar Exempelek"]
    for mail in mails:
        assert "internationella tecken" in mail.body.text
        assert "Det går tills mötet börjar 22\xa0januari." in mail.body.text
        assert "eckentolk" not in mail.body.text
    office.open("/utskick?sok=exempelek").miss("Fråga om ett behov")
    registration = db.session.get_one(Registration, mails[0].registration_id)
    office.open(f"/anmalningar/{registration.public_id}").miss("Fråga om ett behov")
    noted = db.session.query(Audit).filter_by(verb="needs_asked").one()
    assert (noted.subject_id, noted.details) == (None, {})


def test_a_need_that_is_gone_cannot_be_asked_about(meeting: Meeting, office: Browser) -> None:
    with pytest.raises(Exception, match="need_gone"):
        needs_lists.ask(meeting, "finns inte", "Hur?", START, audit.SYSTEM)


def test_what_is_remembered_goes_with_the_needs(meeting: Meeting) -> None:
    needs_lists.take_out(meeting, START, audit.SYSTEM)
    over = meeting.ends_at + needs.KEPT
    assert db.session.scalars(needs_lists.outdated(over)).all() == []
    assert len(db.session.scalars(needs_lists.outdated(over.replace(year=2028))).all()) == 2
