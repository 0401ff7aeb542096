"""Reading the answers and taking out the pack, as a facilitator does it."""
from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from annualwheel import jobs, staff
from annualwheel.db import db
from annualwheel.house import house
from annualwheel.links import Target
from annualwheel.models import Audit, StaffLink
from tests.conftest import Fixed
from tests.submitted import INITIATIVE, Written, make_submitted, make_work_meeting
from tests.tiny_browser import Browser


def sign_in(app: Flask, visitor: Browser, clock: Fixed, role: str) -> Browser:
    """A member of staff with that role, signed in through a link."""
    with app.app_context():
        person = staff.add("Petter Exempel", f"{role}@region.example", [role], clock.now())
        link = StaffLink(staff=person, expires_at=clock.now() + staff.LINK_LIFE)
        db.session.add(link)
        jobs.commit()
        url = house().signet.url(Target("staff", link.public_id))
    visitor.open(url).press("Logga in")
    return visitor


def with_answers(app: Flask, *names: str) -> None:
    """Organisations that have submitted one initiative each."""
    with app.app_context():
        meeting = make_work_meeting()
        for name in names:
            make_submitted(meeting, name, Written(items=({**INITIATIVE, "titel": f"Initiativ av {name}"},)))
        db.session.commit()


def test_reads_by_organisation_and_goes_to_the_next(app: Flask, visitor: Browser, clock: Fixed) -> None:
    with_answers(app, "Arvika kommun", "Årjängs kommun")
    sign_in(app, visitor, clock, "facilitator").open("/svar/2027/arbetsmote").follow("Arvika kommun")
    visitor.see("Initiativ av Arvika kommun", "Vilka har förberett svaret?").follow("Nästa: Årjängs kommun").see("Initiativ av Årjängs kommun")


def test_reads_by_question(app: Flask, visitor: Browser, clock: Fixed) -> None:
    with_answers(app, "Arvika kommun", "Årjängs kommun")
    sign_in(app, visitor, clock, "facilitator").open("/svar/2027/arbetsmote").follow("Vilket mål arbetar ni mot?")
    assert visitor.text.count("Tre idrotter för alla") == 2


def test_the_pack_is_built_in_a_job_and_downloaded_by_a_press(app: Flask, visitor: Browser, clock: Fixed, work: Callable[[], int]) -> None:
    with_answers(app, "Arvika kommun")
    sign_in(app, visitor, clock, "facilitator").open("/svar/2027/arbetsmote").press("Ta fram underlag").see("Underlaget tas fram")
    work()
    visitor.open(visitor.url).see("Underlaget är klart").press("Ladda ner Excelfilen")
    assert visitor.body.startswith(b"PK")
    assert visitor.response is not None
    assert "underlag-arbetsmotet-2027-" in visitor.response.headers["Content-Disposition"]
    with app.app_context():
        assert db.session.query(Audit).filter_by(verb="pack_downloaded", actor_kind="staff").count() == 1


def test_says_so_when_nobody_has_answered(app: Flask, visitor: Browser, clock: Fixed) -> None:
    with_answers(app)
    sign_in(app, visitor, clock, "facilitator").open("/svar/2027/arbetsmote").see("Inga svar än")


def test_a_facilitator_does_not_reach_the_coordinators_pages(app: Flask, visitor: Browser, clock: Fixed) -> None:
    with_answers(app)
    sign_in(app, visitor, clock, "facilitator")
    visitor.expects_failure = True
    assert visitor.open("/arshjul").status == 403
