"""Importing people over HTTP and by command: the preview, what is written, what is not, and taking
it back.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from annualwheel import audit
from annualwheel.contacts import affiliations, directory, organisations, people
from annualwheel.contacts.imports import reading, storing, undoing, writing
from annualwheel.contacts.imports.decisions import Decisions
from annualwheel.db import Base, db
from annualwheel.models import (
    Affiliation,
    Alias,
    Audit,
    Category,
    Import,
    Organisation,
    Person,
    Year,
    YearOrganisation,
)
from annualwheel.registrations import invitations
from annualwheel.registrations.audiences import Choice, audience
from tests.conftest import START, Fixed
from tests.makers.region import make_organisation, make_staff, make_year, meeting_of, sign_in
from tests.tiny_browser import Browser

LIST = """Namn;E-post;Organisation;Organisationstyp;Befattning;Samordnare;Språk;Mobil
Alva Provsson;alva@arv.example.org;Arvika;;strateg;ja;;701740605
Provsson, Bo;BO@ARV.example.org ;arvika  KOMMUN;Kluster;;;en;
Cajsa Exempelgren;kansli@vi.example.org;Värmlands idéburna;Idéburen sektor;;x;;
Dag Mallander;kansli@vi.example.org;Värmlands idéburna;;;;;
Dag Mallander;Kansli@vi.example.org;värmlands idéburna;;;;;
Elsa Testberg;elsa;Arvika;;;;;
"""
COUNTED = (Person, Organisation, Affiliation, Alias, YearOrganisation)


@pytest.fixture
def year(session: object) -> Year:
    """2027, with Arvika kommun (also "Arvika", one person: Bo) in it and the category that the list
    names.
    """
    made = make_year()
    arvika = make_organisation(made, "Arvika kommun")
    organisations.add_alias(arvika, "Arvika")
    people.add_person("Bo", "Provsson", "bo@arv.example.org", arvika)
    if db.session.scalar(sa.select(Category).where(Category.sv == "Idéburen sektor")) is None:
        db.session.add(
            Category(key="ideburen", position=98, sv="Idéburen sektor", en="Civil society")
        )
    db.session.commit()
    return made


@pytest.fixture
def coordinator(visitor: Browser, year: Year) -> Browser:
    """Signed in."""
    return sign_in(visitor, make_staff())


def bring(coordinator: Browser, text: str = LIST, name: str = "lista.csv") -> Browser:
    """Uploads a list."""
    return (
        coordinator.open("/personer/import")
        .attach("Fil med personer", name, text.encode())
        .press("Granska filen")
    )


def counted() -> dict[str, int]:
    """How many rows the tables of contacts have."""
    return {
        table.__tablename__: db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
        for table in COUNTED
    }


def contents() -> dict[str, list[tuple[object, ...]]]:
    """Every row of the tables of contacts."""
    return {
        table.__tablename__: [
            tuple(row)
            for row in db.session.execute(
                sa.select(Base.metadata.tables[table.__tablename__]).order_by(sa.text("id"))
            )
        ]
        for table in COUNTED
    }


def person(given: str) -> Person:
    """The person with that given name."""
    return db.session.scalars(sa.select(Person).where(Person.given == given)).one()


def written(text: str = LIST) -> Import:
    """A list, imported without a page."""
    made = db.session.scalars(sa.select(Year)).one()
    kept = storing.keep(
        storing.listed(reading.lists(text.encode())),
        "lista.csv",
        made,
        "Karin Ek",
        audit.SYSTEM,
        START,
    )
    writing.write(kept, Decisions(), audit.SYSTEM, START)
    db.session.commit()
    return kept


class TestPreview:
    def test_it_counts_and_writes_nothing(self, coordinator: Browser) -> None:
        before = counted()
        bring(coordinator).see(
            "3 nya, 1 finns redan, 1 rad står två gånger, 1 rad kan inte läsas",
            "Inget är sparat än",
            "1 organisation som inte finns i registret",
            "Värmlands idéburna",
        )
        assert counted() == before

    def test_a_row_that_cannot_be_read_is_told_at_its_cell(self, coordinator: Browser) -> None:
        bring(coordinator).see("B7 ”elsa” är ingen e-postadress")

    def test_rows_of_each_kind_can_be_looked_at(self, coordinator: Browser) -> None:
        bring(coordinator).follow("Finns redan (1)").see(
            "arvika KOMMUN", "BO@arv.example.org"
        ).miss("Alva Provsson")
        coordinator.follow("Samma som en annan rad (1)").see("Samma som rad 5")
        coordinator.follow("Ny (3)").see("Alva Provsson", "Arvika räknas som Arvika kommun")

    def test_an_other_category_in_the_file_changes_nothing_and_is_told(
        self, coordinator: Browser
    ) -> None:
        bring(coordinator).see(
            "Arvika kommun: i filen står Kluster. Typen är Kommun och ändras inte."
        ).press("Läs in")
        row = db.session.scalars(
            sa.select(YearOrganisation)
            .join(Organisation)
            .where(Organisation.name == "Arvika kommun")
        ).one()
        assert row.category is not None and row.category.key == "kommun"

    def test_many_rows_come_fifty_at_a_time(self, coordinator: Browser) -> None:
        text = "Namn;E-post;Organisation\n" + "".join(
            f"Alva Prov{n};a{n}@arv.example.org;Arvika\n" for n in range(120)
        )
        bring(coordinator, text).see("Prov49").miss("Prov50")
        coordinator.follow("Nästa sida").see("Prov50", "Sida 2 av 3")

    def test_it_can_be_thrown_away(self, coordinator: Browser) -> None:
        bring(coordinator).press("Ta bort filen utan att spara").see("Inget sparades")
        assert db.session.scalar(sa.select(sa.func.count(Import.id))) == 0

    def test_it_is_forgotten_after_a_week(
        self, coordinator: Browser, clock: Fixed, year: Year
    ) -> None:
        bring(coordinator)
        later = START + storing.PREVIEW_LIFE + dt.timedelta(minutes=1)
        storing.keep(
            storing.listed(reading.lists(LIST.encode())), "ny.csv", year, "", audit.SYSTEM, later
        )
        assert [one.file_name for one in storing.waiting()] == ["ny.csv"]

    @pytest.mark.parametrize(
        "content, words",
        [
            (b"", "Det finns inget i filen"),
            (b"PK\x03\x04xx", "Filen är skadad"),
            (b"a;b\n1;2\n", "Vi hittar inga rubriker"),
            (b"Namn;E-post;Organisation\n", "inga personer"),
            (b"Namn;E-post\na;b\n", "Kolumnen Organisation saknas"),
            (reading.OLD_EXCEL, "gamla Excelformatet"),
        ],
    )
    def test_a_file_that_cannot_be_read_is_told_at_the_field(
        self, coordinator: Browser, content: bytes, words: str
    ) -> None:
        coordinator.open("/personer/import").attach("Fil med personer", "x.xlsx", content).press(
            "Granska filen"
        )
        assert coordinator.status == 422
        assert words in coordinator.error_at("Fil med personer")
        assert db.session.scalar(sa.select(sa.func.count(Import.id))) == 0

    def test_a_missing_column_has_its_english_name_on_an_english_page(
        self, coordinator: Browser
    ) -> None:
        coordinator.open("/personer/import", lang="en").attach(
            "File with people", "x.csv", b"Namn;Organisation\na;b\n"
        ).press("Check the file")
        assert "The column E-mail is missing" in coordinator.error_at("File with people")

    def test_a_file_must_be_chosen(self, coordinator: Browser) -> None:
        coordinator.open("/personer/import").press("Granska filen")
        assert "Välj en fil" in coordinator.error_at("Fil med personer")

    def test_the_template_is_a_workbook(self, coordinator: Browser) -> None:
        coordinator.open("/personer/import").follow("Hämta en mall för Excel")
        assert reading.read(coordinator.body).headings.columns["email"] == 2

    def test_only_coordinators_come_here(self, visitor: Browser, year: Year) -> None:
        visitor.open("/personer/import").see("Logga in")
        assert (
            sign_in(visitor, make_staff("facilitator", "Ulf Mallander"))
            .open("/personer/import")
            .status
            == 403
        )


class TestWriting:
    def test_people_are_added_as_the_list_says(self, coordinator: Browser) -> None:
        bring(coordinator).press("Läs in").see(
            "Importen är klar", "lista.csv", "B7 ”elsa” är ingen e-postadress"
        )
        alva, dag = person("Alva"), person("Dag")
        assert (alva.family, alva.email, alva.mobile, alva.language, alva.source) == (
            "Provsson",
            "alva@arv.example.org",
            "0701740605",
            "sv",
            "lista.csv",
        )
        assert [(a.organisation.name, a.title) for a in alva.affiliations] == [
            ("Arvika kommun", "strateg")
        ]
        assert person("Cajsa").email == dag.email == "kansli@vi.example.org"

    def test_category_and_lead_belong_to_the_year(self, coordinator: Browser, year: Year) -> None:
        bring(coordinator).press("Läs in")
        rows = {
            row.organisation.name: row
            for row in db.session.scalars(
                sa.select(YearOrganisation).where(YearOrganisation.year_id == year.id)
            )
        }
        assert rows["Arvika kommun"].lead is person("Alva")
        assert rows["Värmlands idéburna"].lead is person("Cajsa")
        assert (
            rows["Värmlands idéburna"].category is not None
            and rows["Värmlands idéburna"].category.sv == "Idéburen sektor"
        )

    def test_who_of_several_leads_is_asked(self, coordinator: Browser) -> None:
        text = (
            "Namn;E-post;Organisation;Samordnare\n"
            "Ett Prov;a@arv.example.org;Arvika;ja\n"
            "Två Prov;c@arv.example.org;Arvika kommun;ja\n"
        )
        bring(coordinator, text).see("2 nya", "En organisation har en samordnare.")
        coordinator.press("Läs in")
        assert coordinator.status == 422
        assert "Välj en samordnare för Arvika" in coordinator.error_at("Ett Prov, rad 2")
        coordinator.choose("Två Prov, rad 3").press("Läs in").see("Importen är klar")
        row = db.session.scalars(
            sa.select(YearOrganisation).where(YearOrganisation.lead_id.is_not(None))
        ).one()
        assert row.lead is person("Två")
        assert person("Ett").affiliations

    def test_the_same_file_again_adds_nothing(self, coordinator: Browser) -> None:
        bring(coordinator).press("Läs in")
        before = contents()
        bring(coordinator).see("0 nya, 4 finns redan").miss(
            "Blir samordnare", "finns i registret"
        ).press("Läs in")
        assert contents() == before

    def test_a_second_press_writes_nothing_more(self, coordinator: Browser) -> None:
        bring(coordinator)
        url, token = coordinator.url, coordinator.page.all("input")[1].get("value")
        coordinator.press("Läs in")
        before = contents()
        again = coordinator.fetch("POST", url, data={"csrf_token": token})
        assert again.status_code == 303
        assert contents() == before

    def test_it_writes_what_is_true_when_it_is_pressed(self, coordinator: Browser) -> None:
        bring(coordinator)
        arvika = organisations.organisation_named("Arvika")
        assert arvika is not None
        people.add_person("Alva", "Provsson", "alva@arv.example.org", arvika)
        db.session.commit()
        coordinator.press("Läs in")
        assert person("Alva").mobile == "0701740605"

    def test_what_is_there_is_not_overwritten_and_what_is_empty_is_filled(
        self, coordinator: Browser
    ) -> None:
        bo = person("Bo")
        bo.mobile = "070-1"
        db.session.commit()
        text = (
            "Namn;E-post;Organisation;Befattning;Mobil;Språk\n"
            "Bo Provsson;bo@arv.example.org;Arvika;vd;070-2;en\n"
        )
        bring(coordinator, text).see("Titeln fylls i: vd").miss("Mobilnumret fylls i").press(
            "Läs in"
        )
        assert (bo.mobile, bo.language, bo.affiliations[0].title) == ("070-1", "sv", "vd")
        # The title is known now, so another list's is not taken.
        bring(coordinator, text.replace("vd", "ekonom")).press("Läs in")
        assert bo.affiliations[0].title == "vd"

    def test_one_person_may_have_a_place_in_two_organisations(self, coordinator: Browser) -> None:
        text = "Namn;E-post;Organisation\nA B;a@x.example;Arvika\nA B;a@x.example;Region Prov\n"
        bring(coordinator, text).see("1 ny, 1 finns redan").choose("Idéburen sektor").press(
            "Läs in"
        )
        assert [a.organisation.name for a in person("A").affiliations] == [
            "Arvika kommun",
            "Region Prov",
        ]

    def test_everyone_the_list_names_can_be_invited_by_it(
        self, coordinator: Browser, year: Year
    ) -> None:
        bring(coordinator).press("Läs in")
        kept = db.session.scalars(sa.select(Import)).one()
        assert {
            one.given for one in audience(meeting_of(year), Choice("import", kept.public_id))
        } == {"Alva", "Bo", "Cajsa", "Dag"}

    def test_the_audit_has_counts_and_no_names(self, coordinator: Browser) -> None:
        bring(coordinator).press("Läs in")
        row = db.session.scalars(sa.select(Audit).where(Audit.verb == "imported")).one()
        assert row.details == {
            "new": 3,
            "there": 1,
            "same": 1,
            "unreadable": 1,
            "unwritten": 0,
            "organisations": 1,
            "places": 3,
        }

    def test_only_the_unread_rows_are_kept(self, year: Year) -> None:
        assert [row[0] for row in written().rows] == [7]


class TestUnknownOrganisations:
    def test_a_kind_must_be_chosen_when_the_file_has_none(self, coordinator: Browser) -> None:
        bring(
            coordinator, "Namn;E-post;Organisation;Kategori\nA B;a@x.example;Prov AB;Påhitt\n"
        ).see("som inte är någon typ vi har").press("Läs in")
        assert coordinator.status == 422
        assert "Välj typ för Prov AB" in coordinator.error_at("Typ av organisation för Prov AB")
        coordinator.choose("Idéburen sektor").press("Läs in").see("Importen är klar")
        row = db.session.scalars(
            sa.select(YearOrganisation).join(Organisation).where(Organisation.name == "Prov AB")
        ).one()
        assert row.category is not None and row.category.sv == "Idéburen sektor"

    def test_a_near_name_must_be_answered_and_becomes_an_alias(self, coordinator: Browser) -> None:
        bring(coordinator, "Namn;E-post;Organisation\nA B;a@x.example;Arvikas kommun\n").press(
            "Läs in"
        )
        assert "Välj om Arvikas kommun är ny" in coordinator.error_at("Ja, Arvika kommun")
        coordinator.choose("Ja, Arvika kommun").press("Läs in").see("Importen är klar")
        assert [a.organisation.name for a in person("A").affiliations] == ["Arvika kommun"]
        found = organisations.organisation_named("arvikas KOMMUN")
        assert found is not None and found.name == "Arvika kommun"

    def test_a_near_name_can_be_another_organisation(self, coordinator: Browser) -> None:
        bring(
            coordinator,
            "Namn;E-post;Organisation;Typ av organisation\nA B;a@x.example;Arvikas "
            "kommun;Idéburen sektor\n",
        )
        coordinator.choose("Nej, lägg till den som ny").press("Läs in").see("Importen är klar")
        assert [a.organisation.name for a in person("A").affiliations] == ["Arvikas kommun"]


class TestUndoing:
    def test_everything_becomes_as_it_was(self, coordinator: Browser) -> None:
        before = contents()
        bring(coordinator).press("Läs in").press("Ångra importen").see(
            "Importen är ångrad", "Ångrad"
        )
        assert contents() == before

    def test_also_aliases_filled_cells_and_categories(
        self, coordinator: Browser, year: Year
    ) -> None:
        eda = organisations.add_organisation("Eda kommun")
        db.session.commit()
        before = contents()
        text = (
            "Namn;E-post;Organisation;Befattning;Mobil;Samordnare;Typ av organisation\nBo "
            "Provsson;bo@arv.example.org;Arvika;vd;070-2;ja;\n"
            "A B;a@x.example;Arvikas kommun;;;;\nC D;c@x.example;Eda kommun;;;;Idéburen sektor\n"
        )
        bring(coordinator, text).choose("Ja, Arvika kommun").press("Läs in")
        assert directory.year_of(eda, year) is not None
        coordinator.press("Ångra importen").see("Importen är ångrad")
        assert contents() == before

    def test_not_when_somebody_has_been_invited(self, coordinator: Browser, year: Year) -> None:
        kept = written()
        alva = person("Alva")
        invitations.invite(meeting_of(year), alva, alva.affiliations[0].organisation, START)
        db.session.commit()
        coordinator.open(f"/personer/import/{kept.public_id}").see(
            "Importen kan inte ångras", "1 inbjudan eller anmälan", "1 mejl"
        )
        before = contents()
        press(coordinator, f"/personer/import/{kept.public_id}/angra").see(
            "något bygger redan på den"
        )
        assert coordinator.status == 409
        assert contents() == before

    def test_not_when_a_row_has_been_edited(self, coordinator: Browser) -> None:
        kept = written()
        coordinator.open(f"/personer/{person('Alva').public_id}/andra").fill(
            "Mobilnummer", "070-900 00 00"
        ).press("Spara uppgifterna")
        coordinator.open(f"/personer/import/{kept.public_id}").see(
            "1 uppgift har ändrats sedan dess"
        )
        press(coordinator, f"/personer/import/{kept.public_id}/angra").see("har ändrats sedan dess")
        assert person("Alva").mobile == "070-900 00 00"

    @pytest.mark.parametrize("later", ["alias", "place", "lead", "import"])
    def test_not_when_something_has_been_added_to_it(self, year: Year, later: str) -> None:
        kept = written()
        ideburna, arvika = (
            organisations.organisation_named("Värmlands idéburna"),
            organisations.organisation_named("Arvika"),
        )
        assert ideburna is not None and arvika is not None
        if later == "alias":
            organisations.add_alias(ideburna, "VI")
        elif later == "place":
            affiliations.affiliate(person("Alva"), ideburna)
        elif later == "lead":
            organisations.set_lead(arvika, year, person("Bo"))
        else:
            written()
        db.session.commit()
        assert undoing.obstacles(kept)

    def test_not_twice(self, coordinator: Browser) -> None:
        kept = written()
        url = f"/personer/import/{kept.public_id}/angra"
        press(coordinator, url).see("Importen är ångrad")
        press(coordinator, url).see("inget att ångra")

    def test_every_import_is_listed(self, coordinator: Browser) -> None:
        coordinator.open("/personer/import").see("Ingen lista har lästs in än")
        kept = written()
        press(coordinator, f"/personer/import/{kept.public_id}/angra")
        coordinator.open("/personer/import").see(
            "lista.csv", "Karin Ek", "Ångrad", "3, borttagna"
        ).follow("lista.csv")
        coordinator.see(
            "Det här lade den till, och det är borttaget:", "3 personer", "1 organisation"
        ).miss("Nya personer", "Fanns redan")


class TestCommand:
    def test_it_prints_the_preview_and_writes_when_told(
        self, app: Flask, year: Year, tmp_path: Path
    ) -> None:
        file = tmp_path / "lista.csv"
        file.write_bytes(LIST.encode("cp1252"))
        before = counted()
        shown = run(app, str(file))
        assert (
            "lista.csv: 3 nya, 1 finns redan, 1 rad står två gånger, 1 rad kan inte läsas." in shown
        )
        assert "Ny organisation: Värmlands idéburna (Idéburen sektor)" in shown
        assert "Rad 7: Kan inte läsas: B7: ”elsa” är ingen e-postadress" in shown
        assert counted() == before
        assert "Inläst: 3 nya personer, 1 nya organisationer." in run(app, str(file), "--write")
        assert counted()["persons"] == before["persons"] + 3

    def test_a_file_that_cannot_be_read_is_an_error(
        self, app: Flask, year: Year, tmp_path: Path
    ) -> None:
        file = tmp_path / "tom.xlsx"
        file.write_bytes(b"")
        result = app.test_cli_runner().invoke(args=["contacts", "import", str(file)])
        assert result.exit_code == 1
        assert "Det finns inget i filen" in result.output


def run(app: Flask, *arguments: str) -> str:
    """What the command says."""
    db.session.commit()
    result = app.test_cli_runner().invoke(args=["contacts", "import", *arguments])
    db.session.expire_all()
    assert result.exit_code == 0, result.output
    return result.output


def press(coordinator: Browser, url: str) -> Browser:
    """Presses a button that the page may not show, as one who had the page open would."""
    token = coordinator.open("/personer/import").page.all("input")[0].get("value")
    response = coordinator.fetch("POST", url, data={"csrf_token": token})
    if response.status_code == 303:
        return coordinator.open(response.headers["Location"])
    coordinator._arrive(url, None, response)
    return coordinator
