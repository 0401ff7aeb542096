"""Ratings after a meeting: read as how many have chosen what, once there are five, never as who."""

from __future__ import annotations

from flask import Flask

from annualwheel.clock import Clock
from annualwheel.db import db
from annualwheel.models import Meeting, Submission
from annualwheel.models.drafts import Item
from annualwheel.preparation import membership, submission
from annualwheel.preparation.answers import Change, save
from annualwheel.privacy import own_answers
from annualwheel.questionnaires import opening, published, reading
from config import ROOT
from tests.conftest import Fixed
from tests.journeys.workshop.test_facilitator import sign_in
from tests.journeys.workshop.test_pack import build, sheets
from tests.makers.submitted import make_organisation, make_work_meeting
from tests.tiny_browser import Browser

ASKED = "/svar/2027/arbetsmote/fraga/nytta"
RATED = "Hur stor nytta hade du av dagen?"
WORDS = ("Mycket stor", "Ganska stor", "Ganska liten", "Ingen alls")
CHOSEN = ("mycket_stor", "mycket_stor", "ganska_liten", "mycket_stor", "ingen")


def make_rated(meeting: Meeting, clock: Fixed, first: int, last: int) -> None:
    """Persons, each of a town of their own, who have told of the day and rated it."""
    asked = published.one(meeting, "efter_arbetsmotet")
    at = opening.opens_at(asked)
    clock.set(at)
    for number in range(first, last):
        place, person = make_organisation(meeting, f"Ort {number}")
        member = membership.join(asked, person, place, at)
        item = db.session.query(Item).filter_by(submission_id=member.submission_id).one()
        said = {
            "tar_med": f"- en sak till från ort {number}\n- kaffet!",
            "nasta_steg": "pratar",
            "nytta": CHOSEN[number],
        }
        save(item, {key: Change(value, 0) for key, value in said.items()}, person, at)
        submission.submit(member, at)
    db.session.commit()


def make_meeting() -> Meeting:
    return make_work_meeting(reading.read(ROOT / "forms" / "efter_arbetsmotet.toml"))


def test_below_five_nothing_is_shown_and_then_only_how_many(
    app: Flask, visitor: Browser, clock: Fixed
) -> None:
    with app.app_context():
        make_rated(make_meeting(), clock, 0, 4)
    sign_in(app, visitor, clock, "facilitator")
    visitor.open(ASKED).see("4 svar på frågan", "Siffrorna visas när minst fem har svarat.")
    visitor.miss("Ort 0", *WORDS)
    with app.app_context():
        make_rated(db.session.query(Meeting).one(), clock, 4, 5)
    visitor.open(ASKED).see("5 svar på frågan", "aldrig vem").miss("Siffrorna visas när", "Ort 0")
    terms, values = ([node.text for node in visitor.page.all(tag)] for tag in ("dt", "dd"))
    assert dict(zip(terms, values, strict=True)) == {
        "Mycket stor": "3",
        "Ganska stor": "0",
        "Ganska liten": "1",
        "Ingen alls": "1",
    }


def test_the_answer_of_a_person_is_read_without_its_ratings(
    app: Flask, visitor: Browser, clock: Fixed
) -> None:
    with app.app_context():
        make_rated(make_meeting(), clock, 0, 5)
        one = db.session.query(Submission).order_by(Submission.id).first()
        assert one is not None
        address = f"/svar/2027/arbetsmote/fran/{one.public_id}"
        # Whoever answered has them in their own details.
        assert one.person is not None
        own = str(own_answers.of(one.person, "sv"))
    sign_in(app, visitor, clock, "facilitator").open(address)
    visitor.see("en sak till från ort 0").miss(RATED, *WORDS)
    assert "Mycket stor" in own


def test_no_sheet_says_who_has_chosen_what(app: Flask, clock: Clock) -> None:
    assert isinstance(clock, Fixed)
    with app.app_context():
        meeting = make_meeting()
        make_rated(meeting, clock, 0, 4)
        found = sheets(build(meeting, clock))
        del found["Kodbok"]
        assert RATED[:20] not in str(found) and "Mycket stor" not in str(found)
        make_rated(meeting, clock, 4, 5)
        found = sheets(build(meeting, clock))
    (name,) = (each for each in found if RATED[:16] in each)
    assert [row[:2] for row in found.pop(name) if row[0] in (0.0, 1.0, 3.0, 5.0)] == [
        [3.0, "Mycket stor"],
        [0.0, "Ganska stor"],
        [1.0, "Ganska liten"],
        [1.0, "Ingen alls"],
        [5.0, "har svarat på frågan"],
    ]
    del found["Kodbok"]
    assert not [word for word in WORDS if word in str(found)]
    assert "en sak till från ort 4" in str(found["Alla svar"])
