"""Reading the answers and taking out the pack, as a facilitator does it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import sqlalchemy as sa
from flask import Flask

from annualwheel import leases, unit_of_work
from annualwheel.access.links import Target
from annualwheel.accounts import staff
from annualwheel.db import db
from annualwheel.models import Audit, Meeting, Pack, StaffLink
from annualwheel.services import services
from annualwheel.workshop import packs
from tests.conftest import Fixed
from tests.makers.earlier import make_earlier
from tests.makers.submitted import (
    INITIATIVE,
    Written,
    make_registered,
    make_submitted,
    make_work_meeting,
)
from tests.makers.writers import make_members
from tests.tiny_browser import Browser


def sign_in(app: Flask, visitor: Browser, clock: Fixed, role: str) -> Browser:
    """A member of staff with that role, signed in through a link."""
    with app.app_context():
        person = staff.add("Petter Exempel", f"{role}@region.example", [role], clock.now())
        link = StaffLink(staff=person, expires_at=clock.now() + staff.LINK_LIFE)
        db.session.add(link)
        unit_of_work.commit()
        url = services().link_signer.url(Target("staff", link.public_id))
    visitor.open(url).press("Logga in")
    return visitor


def with_answers(app: Flask, *names: str) -> None:
    """Organisations that have submitted one initiative each."""
    with app.app_context():
        meeting = make_work_meeting()
        for name in names:
            make_submitted(
                meeting, name, Written(items=({**INITIATIVE, "titel": f"Initiativ av {name}"},))
            )
        db.session.commit()


def test_reads_by_organisation_and_goes_to_the_next(
    app: Flask, visitor: Browser, clock: Fixed
) -> None:
    with_answers(app, "Arvika kommun", "Årjängs kommun")
    sign_in(app, visitor, clock, "facilitator").open("/svar/2027/arbetsmote").follow(
        "Arvika kommun"
    )
    visitor.see("Initiativ av Arvika kommun", "Vilka har förberett svaret?").follow(
        "Nästa: Årjängs kommun"
    ).see("Initiativ av Årjängs kommun")


def test_the_answers_of_the_years_before_are_there(
    app: Flask, visitor: Browser, clock: Fixed
) -> None:
    """What was submitted last year is read before this year's meeting."""
    with app.app_context():
        make_earlier(make_members("Maria")[0], {"titel": "Navet"})
    sign_in(app, visitor, clock, "facilitator").open("/svar").see("Årshjulet 2027")
    visitor.follow("Årshjulet 2026").see("Årshjulet 2026").follow("Arbetsmötet")
    visitor.see("1 svar från 1 tillfrågade").follow("Hagfors kommun").see("1. Navet")
    assert visitor.open("/svar?ar=1999").status == 404
    with_one = visitor.open("/svar?ar=hittepa")
    assert (with_one.status, "Årshjulet 2027" in with_one.text) == (200, True)


def test_reads_by_question(app: Flask, visitor: Browser, clock: Fixed) -> None:
    with_answers(app, "Arvika kommun", "Årjängs kommun")
    sign_in(app, visitor, clock, "facilitator").open("/svar/2027/arbetsmote").follow(
        "Vilket mål arbetar ni mot?"
    )
    assert visitor.text.count("Tre idrotter för alla") == 2
    assert (
        visitor.open("/svar/2027/arbetsmote/fraga/titel").text.count("Initiativ av Arvika kommun")
        == 1
    )


def test_a_question_is_read_50_respondents_at_a_time(
    app: Flask, visitor: Browser, clock: Fixed
) -> None:
    with_answers(app, *(f"Kommun {number:03}" for number in range(120)))
    sign_in(app, visitor, clock, "facilitator").open("/svar/2027/arbetsmote").follow(
        "Vad heter initiativet?"
    )
    visitor.see(
        "Inskickade svar 1–50 av 120",
        "Initiativ av Kommun 000",
        "Initiativ av Kommun 049",
        "Sida 1 av 3",
    ).miss("Kommun 050")
    visitor.follow("Nästa sida").follow("Nästa sida").see(
        "Inskickade svar 101–120 av 120", "Initiativ av Kommun 119"
    ).miss("Kommun 099", "Nästa sida")
    visitor.follow("Föregående sida").see(
        "Inskickade svar 51–100 av 120", "Kommun 050", "Kommun 099"
    ).miss("Kommun 049", "Kommun 100")
    visitor.open("/svar/2027/arbetsmote/fraga/titel?sida=99").see("Sida 3 av 3")
    visitor.open("/svar/2027/arbetsmote/fraga/skapa?sida=2").see(
        "Ingen av dem på den här sidan har svarat på frågan."
    )


def test_a_question_costs_as_many_queries_however_many_have_answered(
    app: Flask, visitor: Browser, clock: Fixed
) -> None:
    with_answers(app, "Arvika kommun")
    sign_in(app, visitor, clock, "facilitator")

    def asked() -> int:
        sent: list[str] = []
        with app.app_context():
            engine = db.engine
        note = lambda *given: sent.append(given[2])  # noqa: E731
        sa.event.listen(engine, "before_cursor_execute", note)
        visitor.open("/svar/2027/arbetsmote/fraga/mal").see("Tre idrotter för alla")
        sa.event.remove(engine, "before_cursor_execute", note)
        return len(sent)

    asked()
    for_one = asked()
    with app.app_context():
        meeting = db.session.query(Meeting).filter_by(kind="work").one()
        for number in range(119):
            make_submitted(meeting, f"Kommun {number:03}")
        db.session.commit()
    assert asked() == for_one


def test_the_pack_is_built_in_a_job_and_downloaded_by_a_press(
    app: Flask, visitor: Browser, clock: Fixed, work: Callable[[], int]
) -> None:
    with_answers(app, "Arvika kommun")
    sign_in(app, visitor, clock, "facilitator").open("/svar/2027/arbetsmote").press(
        "Ta fram underlag"
    ).see("Underlaget tas fram")
    work()
    visitor.open(visitor.url).see("Underlaget är klart").press("Ladda ner Excelfilen")
    assert visitor.body.startswith(b"PK")
    assert visitor.response is not None
    assert "underlag-arbetsmotet-2027-" in visitor.response.headers["Content-Disposition"]
    with app.app_context():
        assert (
            db.session.query(Audit).filter_by(verb="pack_downloaded", actor_kind="staff").count()
            == 1
        )


def test_the_page_of_a_pack_counts_who_comes_apart_from_who_has_to_confirm(
    app: Flask, visitor: Browser, clock: Fixed, work: Callable[[], int]
) -> None:
    with_answers(app, "Arvika kommun")
    with app.app_context():
        meeting = db.session.query(Meeting).filter_by(kind="work").one()
        for given, state in (
            ("Ada", "registered"),
            ("Bo", "to_reconfirm"),
            ("Cilla", "to_reconfirm"),
            ("Dan", "offered"),
        ):
            make_registered(meeting, "Arvika kommun", given, state)
        db.session.commit()
    sign_in(app, visitor, clock, "facilitator").open("/svar/2027/arbetsmote").press(
        "Ta fram underlag"
    )
    work()
    visitor.open(visitor.url)
    said = dict(
        zip(
            (term.text for term in visitor.page.all("dt")),
            (value.text for value in visitor.page.all("dd")),
            strict=True,
        )
    )
    assert (said["Kommer"], said["Behöver bekräfta ny dag"], said["Erbjuden plats"]) == (
        "1",
        "2",
        "1",
    )


def test_says_so_when_nobody_has_answered(app: Flask, visitor: Browser, clock: Fixed) -> None:
    with_answers(app)
    sign_in(app, visitor, clock, "facilitator").open("/svar/2027/arbetsmote").see("Inga svar än")


def test_a_facilitator_does_not_reach_the_coordinators_pages(
    app: Flask, visitor: Browser, clock: Fixed
) -> None:
    with_answers(app)
    sign_in(app, visitor, clock, "facilitator")
    visitor.expects_failure = True
    assert visitor.open("/arshjul").status == 403
    visitor.see("Den hör till en roll som du inte har.").miss("personliga länk").follow(
        "Till startsidan"
    ).see("Inskickade svar")


def test_a_pack_that_is_being_built_is_cancelled_by_a_press(
    app: Flask, visitor: Browser, clock: Fixed, work: Callable[[], int]
) -> None:
    with_answers(app, "Arvika kommun")
    sign_in(app, visitor, clock, "facilitator").open("/svar/2027/arbetsmote")
    visitor.press("Ta fram underlag").press("Avbryt").see("Underlaget är avbrutet")
    work()
    visitor.open(visitor.url).see("Underlaget är avbrutet").miss("Ladda ner")


def test_a_pack_that_is_not_there_is_made_anew_from_its_own_page(
    app: Flask, visitor: Browser, clock: Fixed
) -> None:
    with_answers(app, "Arvika kommun")
    sign_in(app, visitor, clock, "facilitator").open("/svar/2027/arbetsmote")
    visitor.press("Ta fram underlag").press("Avbryt")
    for state, says, button in (
        ("cancelled", "Underlaget är avbrutet", "Ta fram ett nytt underlag"),
        ("failed", "be den som sköter systemet läsa felet i loggen", "Försök igen"),
    ):
        with app.app_context():
            pack = db.session.query(Pack).order_by(Pack.id.desc()).first()
            assert pack is not None
            pack.state, page = state, f"/underlag/{pack.public_id}"
            db.session.commit()
        visitor.open(page).see(says).press(button).see("Underlaget tas fram.")
        assert visitor.url != page
    with app.app_context():
        assert db.session.query(Pack).count() == 3


def test_the_page_of_a_pack_says_that_its_worker_is_gone(
    app: Flask, visitor: Browser, clock: Fixed, work: Callable[[], int]
) -> None:
    with_answers(app, "Arvika kommun")
    sign_in(app, visitor, clock, "facilitator").open("/svar/2027/arbetsmote")
    visitor.press("Ta fram underlag").miss("har stannat")
    with app.app_context():
        pack = db.session.query(Pack).one()
        packs.take(pack.id, "killed", clock.now())
        db.session.commit()
    visitor.open(visitor.url).miss("har stannat")
    clock.advance(leases.LEASE + dt.timedelta(seconds=1))
    visitor.open(visitor.url).see("Arbetet har stannat", "inom två minuter")
    with app.app_context():
        packs.take(db.session.query(Pack).one().id, "another", clock.now())
        db.session.commit()
    visitor.open(visitor.url).see("har börjat om").miss("har stannat")
