"""Planning the next year: what stood the year before stands again, but for what has ended."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session, scoped_session

from annualwheel import audit
from annualwheel.contacts import activation, organisations
from annualwheel.db import db
from annualwheel.meetings import planning
from annualwheel.models import AttendanceOption, YearOrganisation
from annualwheel.registrations import audiences, invitations
from annualwheel.registrations.audiences import Choice
from tests.conftest import START
from tests.makers.region import (
    make_organisation,
    make_person,
    make_staff,
    make_year,
    meeting_of,
    sign_in,
)
from tests.tiny_browser import Browser


def test_the_terms_of_a_meeting_go_on(session: scoped_session[Session]) -> None:
    before = meeting_of(make_year(2026))
    before.open_registration, before.with_lunch, before.registry_number = False, False, "RV 2026-1"
    on_site = before.options[0]
    on_site.capacity, on_site.per_organisation, on_site.waiting_rule, on_site.offer_hours = (
        40,
        2,
        "offer",
        48,
    )
    db.session.add(AttendanceOption(meeting=before, mode="online", capacity=None))
    planning.set_phases(before, {"registration": (-50, -20)}, START, audit.SYSTEM)
    db.session.commit()
    again = meeting_of(make_year(2027))
    assert (again.open_registration, again.with_lunch, again.registry_number) == (False, False, "")
    assert [
        (one.mode, one.capacity, one.per_organisation, one.waiting_rule, one.offer_hours)
        for one in again.options
    ] == [("on_site", 40, 2, "offer", 48), ("online", None, None, "direct", 24)]
    assert {one.kind: (one.opens_days, one.closes_days) for one in again.phases}[
        "registration"
    ] == (-50, -20)
    assert len(again.phases) == 5 and len(before.options) == 2


def test_the_organisations_go_on_and_those_who_have_left_do_not(
    session: scoped_session[Session],
) -> None:
    before = make_year(2026)
    stays, gone, leaderless = (
        make_organisation(before, name) for name in ("Arvika kommun", "Grums kommun", "Kils kommun")
    )
    for organisation in (stays, leaderless):
        organisations.set_lead(
            organisation, before, make_person(organisation, "Anna", organisation.name.split()[0])
        )
    activation.set_active(gone, False, audit.SYSTEM, START)
    lead = db.session.query(YearOrganisation).filter_by(organisation_id=leaderless.id).one().lead
    assert lead is not None
    lead.active = False
    db.session.commit()
    after = make_year(2027)
    rows = (
        db.session.query(YearOrganisation)
        .filter_by(year_id=after.id)
        .order_by(YearOrganisation.id)
        .all()
    )
    assert [
        (row.organisation.name, row.category and row.category.key, row.lead and row.lead.family)
        for row in rows
    ] == [("Arvika kommun", "kommun", "Arvika"), ("Kils kommun", "kommun", None)]


@pytest.mark.parametrize("earlier", [2026, 2025])
def test_last_years_audience_is_that_of_the_newest_year_before(
    session: scoped_session[Session], earlier: int
) -> None:
    make_year(2024)
    before = make_year(earlier)
    organisation = make_organisation(before, "Arvika kommun")
    invitations.invite(
        meeting_of(before), make_person(organisation, "Anna", "Ek"), organisation, START
    )
    db.session.commit()
    after = make_year(2027)
    assert [one.name for one in audiences.audience(meeting_of(after), Choice("last_year"))] == [
        "Anna Ek"
    ]


def test_the_page_says_that_it_is_as_the_year_before(
    session: scoped_session[Session], visitor: Browser
) -> None:
    make_year(2026)
    office = sign_in(visitor, make_staff()).open("/arshjul/nytt").press("Spara årshjulet")
    office.see("Årshjulet 2027 är planerat.", "som året före")
