"""Questions that wait for a choice: what is written in them stays in the draft while they are
hidden, and is not submitted.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from annualwheel.db import db
from annualwheel.models import SubmissionVersion
from annualwheel.models.drafts import Item
from annualwheel.preparation import notices
from annualwheel.questionnaires import content
from tests.conftest import Fixed
from tests.makers.earlier import carry, make_earlier
from tests.makers.writers import OPEN, add_initiative, enter, item_of, make_members, stored, write
from tests.tiny_browser import Browser

GROUP, EFFECT = "/forberedelse/initiativ", "Vad har ni sett för resultat hittills?"


def submitted() -> dict[str, object]:
    """What the latest version says of the initiative, by question."""
    last = db.session.query(SubmissionVersion).order_by(SubmissionVersion.number.desc()).first()
    assert last is not None
    return {
        given["question"]: given["value"]
        for given in last.content["sections"][1]["group"]["items"][0]["answers"]
    }


def test_a_hidden_answer_is_kept_in_the_draft_left_out_of_what_is_submitted_and_there_again(
    app: Flask, clock: Fixed, new_visitor: Callable[[], Browser]
) -> None:
    clock.set(OPEN)
    with app.app_context():
        (member,) = make_members()
        write(member, item_of(member), forberett="Strateger")
        add_initiative(member, effekt="Tolv har fått jobb")
        db.session.commit()
        maria = enter(new_visitor(), member)
    maria.open(GROUP).follow("Ändra Ung i Hagfors").choose("Avslutat").press("Spara utkast").miss(
        EFFECT
    )
    maria.open("/forberedelse/granska").miss("Tolv har fått jobb").press("Skicka in svaret").see(
        "Tack! Ert svar är inskickat"
    )
    with app.app_context():
        card = db.session.query(Item).filter_by(group_key="initiativ").one()
        assert ("effekt" in submitted(), stored(card, "effekt")) == (False, "Tolv har fått jobb")
    maria.open(GROUP).follow("Ändra Ung i Hagfors").choose("Pågår").press("Spara utkast").see(
        EFFECT
    )
    assert maria.value(EFFECT) == "Tolv har fått jobb"
    maria.open("/forberedelse/granska").see("Tolv har fått jobb").press("Skicka in ändringen")
    with app.app_context():
        assert submitted()["effekt"] == "Tolv har fått jobb"


def test_the_receipt_names_the_section_when_all_there_was_has_ended(
    app: Flask, clock: Fixed, new_visitor: Callable[[], Browser]
) -> None:
    clock.set(OPEN)
    with app.app_context():
        (member,) = make_members()
        make_earlier(member, {})
        write(member, item_of(member), forberett="Strateger")
        carry(member, "ended")
        db.session.commit()
        maria = enter(new_visitor(), member)
    maria.open("/forberedelse/granska").press("Skicka in svaret")
    with app.app_context():
        last = db.session.query(SubmissionVersion).order_by(SubmissionVersion.id.desc()).first()
        assert last is not None
        assert notices.summary(content.read(last.content).sections, "sv") == [
            "Er organisation",
            "Era initiativ",
        ]
