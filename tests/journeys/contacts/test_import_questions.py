"""What the preview of an import asks: about sheets, hidden rows, letters, names and people."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from annualwheel.contacts import organisations, people
from annualwheel.contacts.imports import likeness
from annualwheel.db import db
from annualwheel.models import Affiliation, Import, Organisation, Person, Year
from annualwheel.web.coordinator.contacts import import_questions
from tests.makers import workbooks
from tests.makers.region import make_organisation, make_staff, make_year, sign_in
from tests.makers.workbooks import HEAD, row, sheet
from tests.tiny_browser import Browser

HEADINGS = "Namn;E-post;Organisation;Organisationstyp\n"


@pytest.fixture
def year(session: object) -> Year:
    """2027 with Arvika kommun, where Åsa Ängprov is."""
    made = make_year()
    arvika = make_organisation(made, "Arvika kommun")
    people.add_person("Åsa", "Ängprov", "asa@arv.example.org", arvika)
    db.session.commit()
    return made


@pytest.fixture
def coordinator(visitor: Browser, year: Year) -> Browser:
    """Signed in."""
    return sign_in(visitor, make_staff())


def bring(coordinator: Browser, content: str | bytes, name: str = "lista.csv") -> Browser:
    """Uploads a list."""
    if isinstance(content, str):
        content = (HEADINGS + content).encode()
    return (
        coordinator.open("/personer/import")
        .attach("Fil med personer", name, content)
        .press("Granska filen")
    )


def names() -> list[str]:
    """The names of all people, in the order they were added."""
    return [one.name for one in db.session.scalars(sa.select(Person).order_by(Person.id))]


class TestSheets:
    def file(self) -> bytes:
        sheets = {
            "Gammal": sheet(row(HEAD), row(("Gamla Prov", "g@x.example", "Arvika kommun"))),
            "Kommuner": sheet(
                row(HEAD),
                row(("Bo Prov", "bo@x.example", "Arvika kommun")),
                row(("Dold Prov", "dold@x.example", "Arvika kommun"), ' hidden="1"'),
            ),
            "Fler": sheet(row(HEAD), row(("Eva Prov", "eva@x.example", "Arvika kommun"))),
        }
        return workbooks.zipped(workbooks.parts(sheets, states={"Gammal": "hidden"}))

    def test_it_says_which_sheet_and_reads_another_that_is_chosen(
        self, coordinator: Browser
    ) -> None:
        bring(coordinator, self.file()).see(
            "Personerna kommer från bladet Kommuner", "Fler, 1 rad", "Gammal, 1 rad, dolt blad"
        )
        coordinator.choose("Fler, 1 rad").press("Läs den i stället").see(
            "Personerna kommer från bladet Fler", "Kommuner, 2 rader", "Eva Prov"
        ).miss("dold")
        coordinator.press("Läs in").see("Importen är klar")
        assert names() == ["Åsa Ängprov", "Eva Prov"]
        # The other lists are not kept once one is written.
        assert db.session.scalars(sa.select(Import)).one().others == []

    @pytest.mark.parametrize(
        "answer, added", [("Nej, bara det som syns", 1), ("Ja, läs in allt som står på bladet", 2)]
    )
    def test_hidden_rows_are_asked_about(
        self, coordinator: Browser, answer: str, added: int
    ) -> None:
        bring(coordinator, self.file()).press("Läs in")
        assert "Välj om dolda rader ska läsas in" in coordinator.error_at(answer)
        coordinator.choose(answer).press("Läs in").see("Importen är klar")
        assert len(names()) == 1 + added

    def test_choosing_what_is_not_there_changes_nothing(self, coordinator: Browser) -> None:
        bring(coordinator, self.file())
        kept = db.session.scalars(sa.select(Import)).one()
        token = coordinator.page.all("input")[1].get("value")
        for sent in ({}, {"list": "7"}, {"list": "x"}):
            url = f"/personer/import/{kept.public_id}/lista"
            assert coordinator.fetch("POST", url, data={"csrf_token": token} | sent).status_code
        db.session.refresh(kept)
        assert kept.trace["sheet"] == "Kommuner"


def test_letters_in_doubt_are_shown_and_can_be_read_otherwise(coordinator: Browser) -> None:
    content = "Namn;E-post;Organisation\nÞóra Prov;b@x.example;Arvika kommun\n"
    bring(coordinator, content.encode("cp850")).see("Andra sätt att läsa filen", "Þóra")
    coordinator.choose("Windows: è¢ra").press("Läs den i stället").see("è¢ra Prov")
    coordinator.choose("DOS: Þóra").press("Läs den i stället").press("Läs in")
    coordinator.see("Importen är klar")
    assert names()[-1] == "Þóra Prov"


def test_one_foreign_byte_is_told(coordinator: Browser) -> None:
    content = f"{HEADINGS}Åsa Björk;b@x.example;Arvika kommun;\n".encode()
    bring(coordinator, content + b"Bo Hammar\xf6;h@x.example;Arvika kommun;\n").see(
        "Så här läste vi dem: Hammarö", "sparar du filen som Excel-arbetsbok"
    )


@pytest.mark.parametrize(
    "answer, added", [("Ja, med det namn som står i filen", ["Quang"]), ("Nej, hoppa över", [])]
)
def test_one_name_only_is_asked_about(coordinator: Browser, answer: str, added: list[str]) -> None:
    bring(coordinator, "Quang;q@x.example;Arvika kommun;\n").see("Har bara ett namn").press(
        "Läs in"
    )
    assert "bara ett namn" in coordinator.error_at(answer)
    coordinator.choose(answer).press("Läs in").see("Importen är klar")
    assert names() == ["Åsa Ängprov", *added]
    coordinator.open("/personer")


@pytest.mark.parametrize(
    "line, about",
    [
        ("Asa Angprov;asa@arv.example.org;Arvika kommun;\n", "De har samma adress"),
        ("Åsa Maria Ängprov;ASA@arv.example.org;Arvika kommun;\n", "De har samma adress"),
        ("Åsa;asa@arv.example.org;Arvika kommun;\n", "De har samma adress"),
        ("Åsa Ängprov;asa.angprov@arvika.example;Arvika kommun;\n", "samma namn och organisation"),
    ],
)
@pytest.mark.parametrize("same", [True, False])
def test_who_may_be_there_already_is_asked_about(
    coordinator: Browser, line: str, about: str, same: bool
) -> None:
    answer = (
        "Ja, samma person. Det namn och den adress vi har gäller"
        if same
        else "Nej, en annan person"
    )
    bring(coordinator, line).see("samma person som Åsa Ängprov?", about).press("Läs in")
    assert "Välj om" in coordinator.error_at(answer)
    coordinator.choose(answer)
    if "Har bara ett namn" in coordinator.text:
        coordinator.choose("Ja, med det namn som står i filen")
    coordinator.press("Läs in").see("Importen är klar")
    assert len(names()) == (1 if same else 2)
    asa = db.session.scalars(sa.select(Person).order_by(Person.id)).first()
    assert asa is not None and (asa.name, asa.email) == ("Åsa Ängprov", "asa@arv.example.org")


def test_another_name_at_an_address_of_many_is_not_asked_about(coordinator: Browser) -> None:
    bring(coordinator, "Nils Holm;asa@arv.example.org;Arvika kommun;\n").miss("samma person")
    coordinator.press("Läs in").see("Importen är klar")
    assert names() == ["Åsa Ängprov", "Nils Holm"]


def test_two_rows_about_one_person_are_asked_about(coordinator: Browser) -> None:
    lines = "Eva Berg;eva@x.example;Arvika kommun;\nEva Bergh;eva@x.example;Arvika kommun;\n"
    bring(coordinator, lines).see(
        "Är Eva Bergh på rad 3 samma person som Eva Berg på rad 2?"
    ).choose("Ja, samma person. Det namn och den adress vi har gäller").press("Läs in")
    coordinator.see("Importen är klar")
    assert names() == ["Åsa Ängprov", "Eva Berg"]


@pytest.mark.parametrize(
    "answer, added",
    [("Ja, alla. De namn och adresser vi har gäller", 0), ("Nej, de är andra personer", 3)],
)
def test_many_are_asked_about_at_once(
    coordinator: Browser, year: Year, monkeypatch: pytest.MonkeyPatch, answer: str, added: int
) -> None:
    monkeypatch.setattr(import_questions, "MOST_QUESTIONS", 2)
    arvika = organisations.organisation_named("Arvika kommun")
    assert arvika is not None
    for number in range(3):
        people.add_person(f"Nr{number}", "Prov", f"nr{number}@old.example", arvika)
    db.session.commit()
    lines = "".join(f"Nr{n} Prov;nr{n}@new.example;Arvika kommun;\n" for n in range(3))
    bring(coordinator, lines).see("3 rader har samma namn och organisation", "Nr0 Prov, Nr1 Prov")
    coordinator.choose(answer).press("Läs in").see("Importen är klar")
    assert len(names()) == 4 + added


class TestNamesWithinTheFile:
    LINES = "A Prov;a@x.example;Säffle Teater;Kommun\nC Prov;c@x.example;Säffle Teatern;Kommun\n"

    def places(self) -> set[str]:
        return {one.organisation.name for one in db.session.scalars(sa.select(Affiliation))}

    def test_names_that_are_near_each_other_are_asked_about(self, coordinator: Browser) -> None:
        bring(coordinator, self.LINES).see(
            "Är Säffle Teatern samma organisation som en annan i filen?"
        ).press("Läs in")
        yes = "Ja, Säffle Teater, som också står i filen"
        assert "Välj om Säffle Teatern är ny" in coordinator.error_at(yes)
        coordinator.choose(yes).press("Läs in").see("Importen är klar")
        assert self.places() == {"Arvika kommun", "Säffle Teater"}
        found = organisations.organisation_named("säffle teatern")
        assert found is not None and found.name == "Säffle Teater"

    def test_they_can_be_two(self, coordinator: Browser) -> None:
        bring(coordinator, self.LINES).choose("Nej, lägg till den som ny").press("Läs in")
        assert self.places() == {"Arvika kommun", "Säffle Teater", "Säffle Teatern"}

    def test_a_short_and_a_long_name_are_asked_about_and_not_refused(
        self, coordinator: Browser
    ) -> None:
        lines = "A Prov;a@x.example;Sunne kommun;Kommun\nC Prov;c@x.example;Sunne;Kommun\n"
        bring(coordinator, lines).choose("Ja, Sunne kommun, som också står i filen")
        coordinator.press("Läs in").see("Importen är klar")
        assert db.session.scalar(sa.select(sa.func.count(Organisation.id))) == 2


@pytest.mark.parametrize(
    "one, other, near",
    [
        ("Åsa Ängprov", "asa  ANGPROV", True),
        ("Anna-Karin Berg", "Anna Karin Berg", True),
        ("Anna Berg", "Anna Maria Berg", True),
        ("Bo Ek", "Bosse Ek", False),
        ("Eva Bergström", "Eva Bergstrøm", True),
        ("Nils Holm", "Åsa Ängprov", False),
    ],
)
def test_names_are_near_by_accents_letters_and_words(one: str, other: str, near: bool) -> None:
    assert likeness.near_names(one, other) is near
    assert likeness.near_names(other, one) is near
