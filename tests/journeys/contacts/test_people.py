"""People and organisations by hand: lists, pages, and what coordinators change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from annualwheel import models
from annualwheel.contacts import affiliations, directory, organisations, people
from annualwheel.contacts.directory import ContactFilter
from annualwheel.db import db
from annualwheel.mail import outbox
from annualwheel.models import Audit, Organisation, Person, Year, YearOrganisation
from annualwheel.registrations import invitations
from tests.conftest import START
from tests.cpu_time import within
from tests.makers.region import (
    make_organisation,
    make_person,
    make_staff,
    make_year,
    meeting_of,
    sign_in,
)
from tests.tiny_browser import Browser
from tests.watching import listening


@pytest.fixture
def year(session: object) -> Year:
    """2027 with two organisations: a kommun with Åsa and Ängla, a kluster with Bo."""
    made = make_year()
    sunne, paper = (
        make_organisation(made, "Sunne kommun"),
        make_organisation(made, "Paper Province", "kluster"),
    )
    make_person(sunne, "Åsa", "Ängprov")
    make_person(sunne, "Ängla", "Åkerprov")
    make_person(paper, "Bo", "Zetaprov")
    db.session.commit()
    return made


@pytest.fixture
def coordinator(visitor: Browser, year: Year) -> Browser:
    """Signed in."""
    return sign_in(visitor, make_staff())


def named(given: str) -> Person:
    """The person with that given name."""
    return db.session.scalars(sa.select(Person).where(Person.given == given)).one()


def said_tags(office: Browser) -> list[str]:
    """The words of the tags on the page: what is said of a state."""
    return [node.text for node in office.page.all("span") if "tag" in node.get("class").split()]


def called(name: str) -> Organisation:
    """The organisation with that name."""
    return db.session.scalars(sa.select(Organisation).where(Organisation.name == name)).one()


def listed(wanted: ContactFilter, year: Year | None) -> list[str]:
    """The family names on the list's first page."""
    return [person.family for person in directory.people(wanted, year).rows]


@contextmanager
def counting() -> Iterator[list[str]]:
    """The statements that are sent to the database meanwhile."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    with listening(db.engine, note):
        yield sent


def many(year: Year, number: int) -> None:
    """That many people in Sunne, quickly."""
    sunne = called("Sunne kommun")
    for index in range(number):
        person = people.new_person("Prov", f"Person{index:05}", f"p{index}@sun.example.org")
        db.session.add(models.Affiliation(person=person, organisation=sunne, title="strateg"))
    db.session.commit()


class TestList:
    def test_names_stand_in_the_order_of_the_swedish_alphabet(self, year: Year) -> None:
        assert listed(ContactFilter(), year) == ["Zetaprov", "Åkerprov", "Ängprov"]

    def test_a_new_name_finds_its_new_place(self, year: Year) -> None:
        people.rename(named("Bo"), "Bo", "Öprov", "bo@x.example")
        assert listed(ContactFilter(), year) == ["Åkerprov", "Ängprov", "Öprov"]

    @pytest.mark.parametrize(
        "text, families",
        [
            ("äNGPROV", ["Ängprov"]),
            ("prov ås", ["Ängprov"]),
            ("bo.zeta", ["Zetaprov"]),
            ("paper", ["Zetaprov"]),
            ("%", []),
            ("_", []),
            ("bo sunne", []),
        ],
    )
    def test_every_word_must_stand_somewhere(
        self, year: Year, text: str, families: list[str]
    ) -> None:
        assert listed(ContactFilter(text), year) == families

    def test_it_is_narrowed_by_organisation_category_and_state(self, coordinator: Browser) -> None:
        coordinator.open("/personer").see("3 personer")
        coordinator.choose("Paper Province").press("Visa").see("1 person", "Bo Zetaprov").miss(
            "Åsa Ängprov"
        )
        coordinator.follow("Visa alla").open("/personer?typ=kluster").see("1 person", "Bo Zetaprov")
        coordinator.open(f"/personer/{named('Bo').public_id}").follow("Gör inaktiv").see(
            "Inget mejl går om det här"
        )
        coordinator.press("Gör inaktiv").see("är inaktiv och får inga nya utskick")
        coordinator.open("/personer").see("2 personer").miss("Bo Zetaprov")
        coordinator.choose("Inaktiva").press("Visa").see("Bo Zetaprov")
        coordinator.follow("Bo Zetaprov").press("Gör aktiv igen").see("aktiv igen")
        assert named("Bo").active

    def test_the_state_is_said_only_of_what_is_not_active(
        self, coordinator: Browser, year: Year
    ) -> None:
        """Of a person and of an organisation, in the lists of all and on their own pages."""
        bo, paper = named("Bo"), called("Paper Province")
        bo_s, paper_s = f"/personer/{bo.public_id}", f"/personer/organisationer/{paper.public_id}"
        bo.active = paper.active = False
        db.session.commit()
        for address in ("/personer?visa=alla", "/personer/organisationer?visa=alla", bo_s):
            assert said_tags(coordinator.open(address)) == ["Inaktiv"], address
        # It is inactive, and so is who stands in its list of people.
        assert said_tags(coordinator.open(paper_s)) == ["Inaktiv", "Inaktiv"]
        bo.active = paper.active = True
        db.session.commit()
        for address in ("/personer?visa=alla", "/personer/organisationer?visa=alla", bo_s, paper_s):
            assert said_tags(coordinator.open(address)) == [], address

    def test_a_place_that_has_ended_does_not_count(self, year: Year) -> None:
        affiliations.end_affiliation(named("Bo"), called("Paper Province"))
        assert listed(ContactFilter(organisation=called("Paper Province").public_id), year) == []
        assert listed(ContactFilter(category="kluster"), year) == []

    def test_fifty_stand_on_a_page(self, coordinator: Browser, year: Year) -> None:
        many(year, 60)
        coordinator.open("/personer?sok=Person").see("60 personer", "Person00049").miss(
            "Person00050"
        )
        coordinator.follow("Nästa sida").see("Person00050", "Sida 2 av 2", "Person00059").follow(
            "Föregående sida"
        ).see("Person00000")
        coordinator.open("/personer?sida=99").see("Sida 2 av 2")

    def test_one_person_and_thirty_cost_the_same_queries(
        self, coordinator: Browser, year: Year
    ) -> None:
        def queries(url: str) -> int:
            with counting() as sent:
                coordinator.open(url)
            return len(sent)

        many(year, 1)
        few = queries("/personer?sok=Person"), queries("/personer/organisationer")
        many_organisations(year, 30)
        db.session.execute(sa.update(Person).values(email_folded=Person.email_folded + "x"))
        many(year, 30)
        assert (queries("/personer?sok=Person"), queries("/personer/organisationer")) == few

    def test_five_thousand_people_are_fast(self, coordinator: Browser, year: Year) -> None:
        many(year, 5000)
        assert within(1.5, lambda: coordinator.open("/personer?sida=50").see("Sida 50 av 101"))

    def test_an_empty_list_says_what_to_do(self, visitor: Browser, session: object) -> None:
        sign_in(visitor, make_staff()).open("/personer").see("Inga personer än").follow(
            "Importera personer"
        )
        visitor.open("/personer/organisationer").see("Inga organisationer än")

    def test_a_search_without_a_hit_says_so(self, coordinator: Browser) -> None:
        coordinator.open("/personer?sok=finnsinte").see("Ingen passar in på det du har valt")


def many_organisations(year: Year, number: int) -> None:
    """That many organisations in the year, each with a lead."""
    for index in range(number):
        organisation = make_organisation(year, f"Prov {index:03}")
        organisations.set_lead(
            organisation,
            year,
            people.add_person("Lead", f"Prov{index}", f"l{index}@x.example", organisation),
        )


class TestPerson:
    def test_a_person_is_added_by_hand(self, coordinator: Browser) -> None:
        coordinator.open("/personer").follow("Lägg till en person").fill("Förnamn", "Cajsa").fill(
            "Efternamn", "Testberg"
        )
        coordinator.fill("E-postadress", " Cajsa@SUN.Example.org ").fill(
            "Titel eller uppdrag", "strateg"
        ).choose("Sunne kommun").choose("Engelska")
        coordinator.press("Lägg till personen").see(
            "Personen är tillagd",
            "Cajsa Testberg",
            "Cajsa@sun.example.org",
            "Sunne kommun",
            "strateg",
            "Engelska",
        )

    def test_what_is_missing_is_told_at_the_fields(self, coordinator: Browser) -> None:
        coordinator.open("/personer/ny").fill("E-postadress", "x").press("Lägg till personen")
        assert coordinator.status == 422
        assert "Skriv förnamnet" in coordinator.error_at("Förnamn")
        assert "Skriv e-postadressen med @" in coordinator.error_at("E-postadress")
        assert "Välj en organisation" in coordinator.error_at("Organisation")

    def test_the_same_person_is_not_added_twice(self, coordinator: Browser) -> None:
        coordinator.open("/personer/ny").fill("Förnamn", "bo").fill("Efternamn", "zetaprov").fill(
            "E-postadress", "BO.zetaprov@kommun.example"
        )
        coordinator.choose("Sunne kommun").press("Lägg till personen").see(
            "Personen fanns redan", "Paper Province", "Sunne kommun"
        )

    def test_details_are_corrected(self, coordinator: Browser) -> None:
        coordinator.open(f"/personer/{named('Bo').public_id}").follow("Ändra uppgifterna")
        assert coordinator.value("Efternamn") == "Zetaprov"
        coordinator.fill("Mobilnummer", "070-174 06 05").fill("Efternamn", "Yprov").press(
            "Spara uppgifterna"
        ).see("Bo Yprov", "070-174 06 05")
        row = db.session.scalars(sa.select(Audit).where(Audit.verb == "person_edited")).one()
        assert row.details == {"fields": ["family", "mobile"]}

    def test_nobody_takes_anothers_name_and_address(self, coordinator: Browser) -> None:
        bo = named("Bo")
        coordinator.open(f"/personer/{named('Åsa').public_id}/andra").fill("Förnamn", "Bo").fill(
            "Efternamn", "Zetaprov"
        )
        coordinator.fill("E-postadress", bo.email).press("Spara uppgifterna")
        assert coordinator.status == 422
        assert "Det finns redan en person med namnet Bo Zetaprov" in coordinator.error_at(
            "E-postadress"
        )
        assert named("Åsa").family == "Ängprov"

    def test_places_begin_and_end(self, coordinator: Browser) -> None:
        coordinator.open(f"/personer/{named('Bo').public_id}").press("Spara organisationen")
        assert "Välj en organisation" in coordinator.error_at("Organisation")
        coordinator.choose("Sunne kommun").fill("Titel eller uppdrag", "vd").press(
            "Spara organisationen"
        ).see("Organisationen är sparad", "vd")
        coordinator.follow("Avsluta Paper Province").press("Avsluta").see(
            "hör inte längre till Paper Province"
        )
        assert [a.organisation.name for a in named("Bo").affiliations if a.active] == [
            "Sunne kommun"
        ]
        coordinator.choose("Paper Province").press("Spara organisationen")
        assert len([a for a in named("Bo").affiliations if a.active]) == 2

    def test_meetings_and_mails_are_shown(self, coordinator: Browser, year: Year) -> None:
        bo = named("Bo")
        coordinator.open(f"/personer/{bo.public_id}").see(
            "inte bjudits in till något möte", "Inga mejl har skickats"
        )
        invitations.invite(meeting_of(year), bo, bo.affiliations[0].organisation, START)
        outbox.take_queued()
        db.session.commit()
        coordinator.open(f"/personer/{bo.public_id}").see(
            "Arbetsmötet 2027",
            "Inbjuden, inte svarat",
            "Inbjudan",
            "I dag kl. 9.00",
            "Väntar på att skickas",
        )

    def test_an_unknown_person_is_a_calm_page(self, coordinator: Browser) -> None:
        assert coordinator.open("/personer/finnsinte").status == 404
        assert coordinator.open("/personer/organisationer/finnsinte").status == 404


class TestOrganisation:
    def test_one_is_added_by_hand(self, coordinator: Browser, year: Year) -> None:
        coordinator.open("/personer/organisationer/ny").press("Lägg till organisationen")
        assert "Skriv vad organisationen heter" in coordinator.error_at("Namn")
        coordinator.fill("Namn", "sunne  KOMMUN").press("Lägg till organisationen")
        assert "Det finns redan en organisation" in coordinator.error_at("Namn")
        coordinator.fill("Namn", "Ölme bygdegård").choose("Idéburen sektor").press(
            "Lägg till organisationen"
        ).see("Organisationen är tillagd")
        row = directory.year_of(called("Ölme bygdegård"), year)
        assert row is not None and row.category is not None and row.category.sv == "Idéburen sektor"
        assert [
            r.organisation.name for r in directory.organisations(ContactFilter(), year).rows
        ] == [
            "Paper Province",
            "Sunne kommun",
            "Ölme bygdegård",
        ]

    def test_the_kinds_are_those_of_the_pages_language(
        self, coordinator: Browser, year: Year
    ) -> None:
        coordinator.open("/personer/organisationer/ny", lang="en")
        coordinator.fill("Name", "Ölme bygdegård").choose("Civil society").press(
            "Add the organisation"
        )
        row = directory.year_of(called("Ölme bygdegård"), year)
        assert row is not None and row.category is not None and row.category.key == "ideburen"

    def test_category_and_lead_of_the_year(self, coordinator: Browser, year: Year) -> None:
        coordinator.open("/personer/organisationer").see("Ingen är utsedd").follow("Sunne kommun")
        coordinator.choose("Åsa Ängprov").choose("Region").press("Spara för 2027").see(
            "Uppgifterna för 2027 är sparade"
        )
        assert coordinator.value("Samordnare") == "Åsa Ängprov"
        row = db.session.scalars(
            sa.select(YearOrganisation)
            .join(Organisation)
            .where(Organisation.name == "Sunne kommun")
        ).one()
        assert (row.lead, row.category.sv if row.category else "") == (named("Åsa"), "Region")
        coordinator.open("/personer/organisationer").see("Åsa Ängprov")

    def test_a_lead_who_has_left_stays_until_another_is_chosen(
        self, coordinator: Browser, year: Year
    ) -> None:
        organisations.set_lead(called("Sunne kommun"), year, named("Åsa"))
        affiliations.end_affiliation(named("Åsa"), called("Sunne kommun"))
        coordinator.open(f"/personer/organisationer/{called('Sunne kommun').public_id}")
        assert coordinator.value("Samordnare") == "Åsa Ängprov"
        coordinator.press("Spara för 2027")
        row = directory.year_of(called("Sunne kommun"), year)
        assert row is not None and row.lead is named("Åsa")

    def test_other_names_find_it(self, coordinator: Browser) -> None:
        coordinator.open(f"/personer/organisationer/{called('Paper Province').public_id}").fill(
            "Annat namn", "The PP"
        ).press("Lägg till namnet")
        coordinator.see("Namnet är tillagt", "The PP")
        assert organisations.organisation_named("the pp") is called("Paper Province")
        coordinator.open("/personer/organisationer?sok=the").see("Paper Province").miss(
            "Sunne kommun"
        )
        coordinator.open(f"/personer/organisationer/{called('Sunne kommun').public_id}").fill(
            "Annat namn", "the pp"
        ).press("Lägg till namnet")
        assert "Paper Province känns redan igen" in coordinator.error_at("Annat namn")

    def test_its_name_is_corrected(self, coordinator: Browser) -> None:
        coordinator.open(f"/personer/organisationer/{called('Paper Province').public_id}").follow(
            "Ändra namnet"
        )
        coordinator.fill("Namn", "Sunne kommun").press("Spara namnet")
        assert "Det finns redan en organisation" in coordinator.error_at("Namn")
        coordinator.fill("Namn", "Papper").press("Spara namnet").see("Namnet är sparat", "Papper")

    def test_it_is_taken_out_of_new_sendings(self, coordinator: Browser) -> None:
        coordinator.open(f"/personer/organisationer/{called('Paper Province').public_id}").press(
            "Gör inaktiv"
        ).see("inte med i nya utskick")
        coordinator.open("/personer/organisationer").see("1 organisation").miss("Paper Province")
        assert not called("Paper Province").active


@pytest.mark.parametrize(
    "role, status", [("coordinator", 200), ("administrator", 200), ("facilitator", 403)]
)
def test_people_are_for_coordinators(
    new_visitor: Callable[[], Browser], year: Year, role: str, status: int
) -> None:
    assert sign_in(new_visitor(), make_staff(role)).open("/personer").status == status
