"""What an import would do, said row by row before anything is written."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from annualwheel import audit
from annualwheel.contacts import organisations, people
from annualwheel.contacts.imports import preview, reading, storing, writing
from annualwheel.contacts.imports.decisions import Choice, Decisions
from annualwheel.contacts.imports.preview import (
    KnownOrganisation,
    Preview,
    PreviewRow,
    UnknownOrganisation,
)
from annualwheel.db import db
from annualwheel.errors import Refused
from annualwheel.models import Category, Import, Organisation, Person, Year, YearOrganisation
from tests.conftest import START
from tests.makers.region import make_organisation, make_year

MOMENT = dt.timedelta(microseconds=1)
COLUMNS = "Namn;E-post;Organisation;Befattning;Mobil;Samordnare;Organisationstyp"


@pytest.fixture
def year(session: object) -> Year:
    """2027 with Arvika kommun, where Bo Provsson is."""
    made = make_year()
    arvika = make_organisation(made, "Arvika kommun")
    people.add_person("Bo", "Provsson", "bo@arv.example", arvika)
    db.session.flush()
    return made


def kept(year: Year, *rows: str, now: dt.datetime = START) -> Import:
    lists = reading.lists("\n".join([COLUMNS, *rows]).encode())
    return storing.keep(storing.listed(lists), "lista.csv", year, "Karin Ek", audit.SYSTEM, now)


def shown(year: Year, *rows: str) -> Preview:
    return preview.build(kept(year, *rows))


def bo() -> Person:
    return db.session.scalars(sa.select(Person).where(Person.given == "Bo")).one()


def found(year: Year, *rows: str) -> list[str]:
    """The name of the organisation that each row finds; empty for one that it would add."""
    entries = shown(year, *rows).entries
    return [one.organisation.name if one.organisation else "" for one in entries]


def test_a_code_that_was_made_of_a_name_is_no_name(year: Year) -> None:
    row = "Cajsa Prov;c@x.example;{};;;;"
    known = organisations.add_organisation("Torsby Skidtunnel AB")
    assert known.code == "TORSBY"
    assert found(year, row.format("Torsby"), row.format("Arvika")) == ["", ""]
    assert organisations.organisation_named("torsby") is None
    again = organisations.add_organisation("Torsby")
    assert (again.code, organisations.organisation_named("Torsby1")) == ("TORSBY1", None)
    # Its name of before stays a name, and what was made of that is no name either.
    organisations.rename_organisation(known, "Skidtunneln i Torsby AB")
    assert organisations.organisation_named("TORSBY") is again
    assert organisations.organisation_named("Torsby Skidtunnel AB") is known
    organisations.rename_organisation(known, "Torsby skidtunnel AB")
    db.session.refresh(known)
    assert [alias.name for alias in known.aliases] == ["Skidtunneln i Torsby AB"]


def test_a_code_that_somebody_chose_is_a_name(year: Year) -> None:
    iuc = organisations.add_organisation("IUC Stål & Verkstad", code="IUC")
    number = organisations.add_organisation("Förening tolv", code="12")
    assert organisations.organisation_named("iuc") is iuc
    assert organisations.organisation_named("12") is number
    assert found(year, "A B;a@x.example;Iuc;;;;") == ["IUC Stål & Verkstad"]


def test_one_file_may_name_two_that_begin_alike(year: Year) -> None:
    rows = ("A B;a@x.example;Filipstads kommun;;;;", "C D;c@x.example;Filips;;;;")
    imported = kept(year, *rows)
    writing.write(imported, Decisions(), audit.SYSTEM, START)
    db.session.flush()
    names = db.session.scalars(sa.select(Organisation.name).order_by(Organisation.id)).all()
    assert names == ["Arvika kommun", "Filipstads kommun", "Filips"]


def test_what_was_answered_about_a_name_holds(year: Year) -> None:
    torsby = organisations.add_organisation("Torsby kommun", code="TK")
    rows = ("A B;a@x.example;Torsby Skidtunnel AB;;;;", "C D;c@x.example;Torsby;;;;")
    imported = kept(year, *rows)
    writing.write(imported, Decisions({"torsby": Choice(same_as=torsby)}), audit.SYSTEM, START)
    cajsa = db.session.scalars(sa.select(Person).where(Person.given == "C")).one()
    assert [one.organisation.name for one in cajsa.affiliations] == ["Torsby kommun"]


def notes_of(year: Year, row: str) -> list[tuple[str, str]]:
    (entry,) = shown(year, row).entries
    return entry.notes


def statuses(entries: list[PreviewRow]) -> list[str]:
    return [entry.status for entry in entries]


@pytest.mark.parametrize(
    ("said", "notes"),
    [
        ("Arvika kommun;;;", []),
        ("Arvika kommun;vd;;", [("title", "vd")]),
        ("Arvika kommun;;070-1;", [("mobile", "")]),
        ("Arvika kommun;;;ja", [("lead", "Arvika kommun")]),
        ("Sunne kommun;;;", [("organisation", "Sunne kommun")]),
        (
            "Sunne kommun;vd;;ja",
            [("organisation", "Sunne kommun"), ("lead", "Sunne kommun")],
        ),
    ],
)
def test_of_somebody_who_is_there_it_says_what_the_row_adds(
    year: Year, said: str, notes: list[tuple[str, str]]
) -> None:
    assert notes_of(year, f"Bo Provsson;bo@arv.example;{said};") == notes


def test_what_is_there_already_is_not_added(year: Year) -> None:
    place = bo().affiliations[0]
    bo().mobile, place.title = "070-9", "ekonom"
    organisations.set_lead(place.organisation, year, bo())
    db.session.flush()
    assert notes_of(year, "Bo Provsson;bo@arv.example;Arvika kommun;vd;070-1;ja;") == []


def test_another_lead_than_the_one_there_is_told(year: Year) -> None:
    arvika = bo().affiliations[0].organisation
    other = people.add_person("Alva", "Ek", "alva@arv.example", arvika)
    organisations.set_lead(arvika, year, other)
    db.session.flush()
    assert notes_of(year, "Bo Provsson;bo@arv.example;Arvika kommun;;;ja;") == [
        ("lead", "Arvika kommun")
    ]


def test_who_is_not_active_and_who_has_left_is_told(year: Year) -> None:
    row = "Bo Provsson;bo@arv.example;Arvika kommun;;;;"
    bo().active = False
    db.session.flush()
    assert notes_of(year, row) == [("inactive", "")]
    bo().active, bo().affiliations[0].active = True, False
    db.session.flush()
    assert notes_of(year, row) == [("organisation", "Arvika kommun")]


def test_who_is_new_has_nothing_added_until_the_second_row(year: Year) -> None:
    found = shown(
        year,
        "Ny Person;ny@arv.example;Arvika kommun;vd;070-1;ja;",
        "Ny Person;ny@arv.example;Sunne kommun;vd;070-1;ja;",
        "ny person;NY@arv.example;arvika KOMMUN;;;;",
        "Annan Person;ny@arv.example;Arvika kommun;;;;",
    ).entries
    assert statuses(found) == ["new", "there", "same", "new"]
    assert [entry.notes for entry in found] == [
        [],
        [("organisation", "Sunne kommun"), ("lead", "Sunne kommun")],
        [],
        [],
    ]
    assert found[2].same_as == 2


def test_a_second_lead_of_an_organisation_is_asked_about_and_read_in(year: Year) -> None:
    imported = kept(
        year,
        "Ett Namn;a@arv.example;Arvika kommun;;;ja;",
        "Två Namn;b@arv.example;Sunne kommun;;;ja;",
        "Tre Namn;c@arv.example;arvika kommun;;;ja;",
        "Tre Namn;c@arv.example;arvika kommun;;;ja;",
    )
    found = preview.build(imported)
    assert statuses(found.entries) == ["new", "new", "new", "same"]
    assert [[one.contact.row for one in several] for several in found.leads] == [[2, 4]]
    writing.write(imported, Decisions(leads={4}), audit.SYSTEM, START)
    leads = {row.organisation.name: row.lead for row in db.session.query(YearOrganisation)}
    assert {name: lead.given for name, lead in leads.items() if lead} == {
        "Arvika kommun": "Tre",
        "Sunne kommun": "Två",
    }
    assert db.session.query(Person).filter_by(given="Ett").one().affiliations


def test_without_an_answer_the_first_lead_leads(year: Year) -> None:
    imported = kept(
        year,
        "Ett Namn;a@sun.example;Sunne kommun;;;ja;",
        "Två Namn;b@sun.example;Sunne kommun;;;ja;",
    )
    writing.write(imported, Decisions(), audit.SYSTEM, START)
    leads = [row.lead.given for row in db.session.query(YearOrganisation) if row.lead]
    assert leads == ["Ett"]


@pytest.mark.parametrize(
    ("before", "text", "category", "sets"),
    [
        ("kommun", "Region", "region", False),
        ("kommun", "Påhitt", None, False),
        (None, "Region", "region", True),
        (None, "Påhitt", None, False),
    ],
)
def test_a_category_is_set_where_there_is_none(
    year: Year, before: str | None, text: str, category: str | None, sets: bool
) -> None:
    arvika = bo().affiliations[0].organisation
    db.session.query(YearOrganisation).update({"category_id": None})
    if before:
        organisations.set_category(arvika, year, category_called(before))
    db.session.flush()
    db.session.expire_all()
    (typed,) = shown(year, f"Bo Provsson;bo@arv.example;Arvika kommun;;;;{text}").typed
    assert typed == KnownOrganisation(
        arvika,
        text,
        category_called(category) if category else None,
        category_called(before) if before else None,
    )
    assert typed.sets is sets


def category_called(key: str) -> Category:
    return db.session.query(Category).filter_by(key=key).one()


def test_the_category_that_is_there_and_an_empty_cell_are_not_told(year: Year) -> None:
    for text in ("Kommun", ""):
        assert shown(year, f"Bo Provsson;bo@arv.example;Arvika kommun;;;;{text}").typed == []


def test_what_the_file_says_first_of_an_organisation_counts(year: Year) -> None:
    rows = [
        "Ett Namn;a@s.example;Arvika kommun;;;;Region",
        "Två Namn;b@s.example;Arvika kommun;;;;Påhitt",
        "Tre Namn;c@s.example;Sunne Framtid;;;;",
        "Fyra Namn;d@s.example;sunne framtid;;;;Region",
        "Fem Namn;e@s.example;Sunne Framtid;;;;Kommun",
    ]
    found = shown(year, *rows)
    assert [typed.text for typed in found.typed] == ["Region"]
    assert found.unknown == {
        "sunne framtid": UnknownOrganisation(
            "Sunne Framtid", "Region", category_called("region"), 3, []
        )
    }


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("Arvikas kommun", ["Arvika kommun"]),
        ("Arvika kommun näringsliv", ["Arvika kommun"]),
        ("Arvikabygdens framtid", []),
        ("Eda", []),
        ("Sunne", []),
    ],
)
def test_names_that_are_nearly_there_are_asked_about(
    year: Year, name: str, near: list[str]
) -> None:
    make_organisation(year, "Eda kommun")
    found = shown(year, f"Ett Namn;a@s.example;{name};;;;").unknown
    assert [[one.name for one in unknown.near] for unknown in found.values()] == [near]


def test_four_letters_are_enough_and_three_names_are_shown(year: Year) -> None:
    for end in ("skola", "förening", "företag", "teater"):
        make_organisation(year, f"Forn {end}")
    (unknown,) = shown(year, "Ett Namn;a@s.example;Forn;;;;").unknown.values()
    assert len(unknown.near) == 3


@pytest.mark.parametrize(("beyond", "looked_for"), [(0, True), (1, False)])
def test_near_names_are_looked_for_as_long_as_it_takes_no_time(
    year: Year, monkeypatch: pytest.MonkeyPatch, beyond: int, looked_for: bool
) -> None:
    pairs = 2 * len(preview.ExistingContacts(year.id, []).organisations)
    monkeypatch.setattr(preview, "NEAR_PAIRS", pairs - beyond)
    rows = ("Ett Namn;a@s.example;Arvikas kommun;;;;", "Två Namn;b@s.example;Arvika kommune;;;;")
    found = shown(year, *rows).unknown
    assert [bool(one.near) for one in found.values()] == [looked_for] * 2


def test_an_organisation_and_a_person_that_were_merged_are_what_they_became(year: Year) -> None:
    arvika = bo().affiliations[0].organisation
    for name in ("Gamla Arvika", "Arvika stad"):
        old = organisations.add_organisation(name)
        db.session.flush()
        old.merged_into_id = arvika.id
    twin = people.add_person("Bosse", "Provsson", "bosse@arv.example", arvika)
    db.session.flush()
    twin.merged_into_id = bo().id
    db.session.flush()
    (entry,) = shown(year, "Bosse Provsson;bosse@arv.example;gamla arvika;;;;").entries
    assert (entry.status, entry.person, entry.organisation) == ("there", bo(), arvika)


def test_a_preview_is_kept_for_a_week_to_the_moment(year: Year) -> None:
    row = "Bo Provsson;bo@arv.example;Arvika kommun;;;;"
    first = kept(year, row).public_id
    second = kept(year, row, now=START + storing.PREVIEW_LIFE).public_id
    assert names(storing.waiting()) == [second, first]
    third = kept(year, row, now=START + storing.PREVIEW_LIFE + MOMENT).public_id
    assert names(storing.waiting()) == [third, second]


def names(found: Any) -> list[str]:
    return [one.public_id for one in found]


def test_what_has_been_written_is_no_preview_any_more_and_stays(year: Year) -> None:
    row = "Bo Provsson;bo@arv.example;Arvika kommun;;;;"
    done, waits = kept(year, row), kept(year, row)
    assert names(storing.earlier().rows) == []
    writing.write(done, Decisions(), audit.SYSTEM, START)
    assert names(storing.earlier().rows) == [done.public_id]
    assert names(storing.waiting()) == [waits.public_id]
    with pytest.raises(Refused, match="import_written"):
        storing.discard(done)
    with pytest.raises(Refused, match="import_written"):
        writing.write(done, Decisions(), audit.SYSTEM, START)
    storing.discard(waits)
    kept(year, row, now=START + 2 * storing.PREVIEW_LIFE)
    assert names(storing.earlier().rows) == [done.public_id]


def test_the_organisation_of_a_row_is_found_by_its_alias_and_its_code(year: Year) -> None:
    arvika = bo().affiliations[0].organisation
    organisations.add_alias(arvika, "Arvika stad")
    arvika.code = "1784"
    db.session.flush()
    for name in ("Arvika stad", "1784"):
        (entry,) = shown(year, f"Bo Provsson;bo@arv.example;{name};;;;").entries
        assert isinstance(entry.organisation, Organisation) and entry.organisation is arvika
