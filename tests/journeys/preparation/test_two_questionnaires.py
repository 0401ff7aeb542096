"""A meeting with two questionnaires: one that each organisation answers before it, one that each
person answers after it. The same people answer both; every page and mail says which is meant.
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from flask import Flask

from annualwheel import audit
from annualwheel.db import db
from annualwheel.errors import Closed, Missing
from annualwheel.jobs import building
from annualwheel.mailings import drafts, recipients
from annualwheel.mailings.kinds.kind import MailingDraft
from annualwheel.meetings import results
from annualwheel.models import (
    Member,
    Questionnaire,
    Submission,
)
from annualwheel.participation import access, calendar_feed
from annualwheel.preparation import submission
from annualwheel.questionnaires import opening, published
from annualwheel.registrations import notices
from annualwheel.workshop import packs
from config import ROOT
from tests.conftest import START, Fixed
from tests.makers.followed import (
    AFTER,
    BEFORE,
    DAY,
    PREPARED,
    TITLE,
    Played,
    answer_both,
    follow_up,
    make_played,
    prepare,
    told,
)
from tests.makers.guests import link_of
from tests.makers.region import (
    make_staff,
    make_year,
    meeting_of,
    sign_in,
)
from tests.makers.several import FOLLOW_UP, read_text
from tests.makers.writers import item_of, write
from tests.tiny_browser import Browser

WORK = "/mote/2027/arbetsmote"
ANSWERS = "/svar/2027/arbetsmote"


@pytest.fixture
def played(session: object, tmp_path: Path) -> Played:
    return make_played(tmp_path)


def test_each_is_asked_of_its_own_people_by_a_mail_that_names_it(
    played: Played, clock: Fixed
) -> None:
    played.send("preparation", BEFORE, PREPARED)
    assert {message.name for message in told("preparation")} == {
        "Anna Ek",
        "Ola Ek",
        "Eva Ek",
        "Åsa Ek",
    }
    played.seats["Eva"].state = "withdrawn"
    played.seats["Anna"].state = played.seats["Ola"].state = "attended"
    db.session.flush()
    before = len(told("preparation"))
    mailing = played.send("preparation", AFTER, played.held)
    asked = told("preparation")[before:]
    # Anna and Ola were there. Åsa was registered and did not come, Eva withdrew.
    assert [message.name for message in asked] == ["Anna Ek", "Ola Ek"]
    assert {message.body.subject for message in asked} == {f"{TITLE}, 22 januari"}
    assert "följa upp arbetsmötet" in asked[0].body.text
    assert mailing.audience["questionnaire"] == AFTER
    answers_of = db.session.query(Submission).filter_by(
        questionnaire_id=played.questionnaire(AFTER).id
    )
    assert {one.respondent_key for one in answers_of} == {
        f"p{played.seats[given].person_id}" for given in ("Anna", "Ola")
    }


def test_an_order_says_which_where_there_are_several(played: Played) -> None:
    with pytest.raises(Missing, match="no_questionnaire"):
        drafts.recipients(MailingDraft(played.meeting, "preparation"), PREPARED)
    with pytest.raises(Closed, match="meeting_started"):
        drafts.recipients(
            MailingDraft(played.meeting, "preparation", questionnaire=BEFORE), played.held
        )
    closed = opening.closes_at(played.questionnaire(AFTER)) + DAY
    with pytest.raises(Closed, match="preparation_closed"):
        drafts.recipients(MailingDraft(played.meeting, "preparation", questionnaire=AFTER), closed)


def test_a_reminder_goes_to_those_who_owe_that_answer_and_names_it(
    played: Played, clock: Fixed
) -> None:
    answer_both(played, clock)
    ola = recipients.not_submitted(played.questionnaire(AFTER), played.held)
    assert [one.name for one in ola] == ["Eva Ek", "Ola Ek"]
    owing = recipients.not_submitted(played.questionnaire(BEFORE), PREPARED)
    assert [one.organisation for one in owing] == ["Grums kommun", "Kils kommun"]
    played.send("preparation_reminder", AFTER, played.held)
    found = told("preparation_reminder")
    assert {message.name for message in found} == {"Eva Ek", "Ola Ek"}
    assert {message.body.subject for message in found} == {f"{TITLE}: svara senast 5 februari"}
    assert f"Ditt svar på ”{TITLE}” är inte inskickat." in found[0].body.text
    receipts = {message.body.subject for message in told("receipt")}
    assert f"Svaret är inskickat: {TITLE}" in receipts


def test_the_invitation_speaks_of_what_prepares_the_meeting(played: Played) -> None:
    registration = played.seats["Anna"]
    facts = notices.said("confirmation", registration, "sv", START, {})
    assert not facts["personal"]
    assert facts["preparation_opens"] == notices.facts(registration, "sv")["preparation_opens"]
    assert str(facts["preparation_opens"]).endswith("12\u00a0december\u00a02026")


def test_one_prepares_alone_only_where_nothing_is_prepared_together(
    played: Played, tmp_path: Path
) -> None:
    own = FOLLOW_UP.replace('"after"', '"before"').replace("opens = 1\ncloses = 14\n", "")
    own = own.replace('"efterat"', '"eget"')
    published.publish(played.meeting, read_text(tmp_path, own), START, audit.SYSTEM)
    assert not notices.is_personal(played.meeting)
    direction = meeting_of(played.meeting.year, "direction")
    assert not notices.is_personal(direction)
    published.publish(direction, read_text(tmp_path, own), START, audit.SYSTEM)
    assert notices.is_personal(direction)


def test_a_new_seat_opens_what_is_open_now_and_no_more(played: Played) -> None:
    anna = played.seats["Anna"]
    for now, keys in (
        (START, []),
        (PREPARED, [BEFORE]),
        (played.meeting.ends_at, [BEFORE]),
        (played.held, [BEFORE, AFTER]),
    ):
        access.open_answers(anna, now)
        opened = db.session.query(Member).filter_by(person_id=anna.person_id).order_by(Member.id)
        assert [one.submission.questionnaire.key for one in opened] == keys


def test_a_participants_page_lists_both_and_each_button_opens_its_own_answer(
    app: Flask, played: Played, clock: Fixed, new_visitor: Callable[[], Browser]
) -> None:
    clock.set(PREPARED)
    browser = new_visitor().open(link_of(played.seats["Anna"])).press("Se eller ändra din anmälan")
    browser.see(
        "Förberedelse inför arbetsmötet",
        "Ett svar för hela Arvika kommun.",
        f"{TITLE}Öppnar 23 januari",
        "Vi mejlar dig då. Senast 5 februari.",
    )
    browser.press("Öppna förberedelsen Förberedelse inför arbetsmötet")
    browser.see("Inför arbetsmötet fredag 22 januari 2027", "Svar från Arvika kommun")
    clock.set(played.held)
    browser = new_visitor().open(link_of(played.seats["Anna"])).press("Se din anmälan")
    browser.see("Läs ert svar", "Cirka 5 minuter. Senast fredag 5 februari 2027.")
    browser.press(f"Öppna frågorna {TITLE}")
    browser.see("Efter arbetsmötet fredag 22 januari 2027", "Vad tar du med dig hem?")
    browser.miss("Förberedelse för")
    browser.follow("1. Det du tar med dig").fill("Vad ska du göra nu på måndag?", "Ringa Torsby")
    browser.press("Spara utkast")
    hub = browser.url
    # The same person has the other answer open in another window: each page keeps to its own.
    answers_of = {one.questionnaire.key: one for one in db.session.query(Submission)}
    assert answers_of[AFTER].person_id == played.seats["Anna"].person_id
    assert answers_of[AFTER].changed_at == played.held and answers_of[BEFORE].changed_at is None
    browser.open(link_of(played.seats["Anna"])).press("Se din anmälan").press("Läs ert svar")
    browser.see("Svar från Arvika kommun", "Sista dagen har gått").miss("Vad tar du med dig hem?")
    assert hub != browser.url


def test_a_button_that_names_nothing_opens_nothing_where_there_are_several(
    app: Flask, played: Played, clock: Fixed, new_visitor: Callable[[], Browser]
) -> None:
    clock.set(PREPARED)
    browser = new_visitor().open(link_of(played.seats["Anna"])).press("Se eller ändra din anmälan")
    form = next(
        one for one in browser.page.all("form") if one.get("action") == "/anmalan/forberedelse"
    )
    pairs = [(c.get("name"), c.get("value")) for c in form.all("input")]
    browser.send("POST", "/anmalan/forberedelse", pairs, False)
    assert (browser.url, db.session.query(Member).count()) == ("/anmalan", 0)


def test_the_coordinator_sees_and_counts_each_by_itself(
    app: Flask, played: Played, clock: Fixed, new_visitor: Callable[[], Browser]
) -> None:
    clock.set(PREPARED)
    office = sign_in(new_visitor(), played.karin, PREPARED)
    office.open(WORK).see("Förberedelse inför arbetsmötet är öppen", "Ingen har fått mejlet")
    office.follow("Skicka mejlet").see("Mejlet gäller Förberedelse inför arbetsmötet.")
    office.follow(f"Gäller i stället: {TITLE}").see(
        f"Mejlet gäller {TITLE}.", "Frågorna öppnar lördag 23 januari 2027."
    )
    prepare(played, clock)
    clock.set(played.held)
    office = sign_in(new_visitor(), played.karin, played.held)
    office.open(WORK).see(f"{TITLE} är öppen", "Mejlet om frågorna är inte skickat")
    follow_up(played, clock)
    office = sign_in(new_visitor(), played.karin, played.held)
    office.open(WORK).see(f"{TITLE}: 2 svar är inte inskickade", "Sista dag är 5 februari").miss(
        "Förberedelse inför arbetsmötet är öppen"
    )
    office.open(f"{WORK}/svar?formular={AFTER}").see("Anna Ek, Arvika kommun", TITLE)
    office.miss("0 av 6")
    office.open(f"{WORK}/svar").see(
        "Förberedelse inför arbetsmötet: sista dag för alla var torsdag 14 januari 2027.",
        f"{TITLE}: sista dag för alla är fredag 5 februari 2027.",
        "Grums kommun",
    )
    office.follow("Anna Ek, Arvika kommun").see(TITLE, "Går att ändra till och med")


def test_the_days_of_the_follow_up_are_changed_where_the_plan_is(
    app: Flask, played: Played, visitor: Browser
) -> None:
    office = sign_in(visitor, played.karin)
    office.open(f"{WORK}/installningar").see("23 jan–5 feb (1 dag efter mötet till 14 dagar")
    office.follow("Ändra tidplanen").see("fredag, 14 dagar efter mötet")
    office.fill("Till och med", "22 januari", within=TITLE).press("Granska ändringen")
    assert "före den sista" in office.error_at("Till och med", within=TITLE)
    office.fill("Till och med", "11 februari", within=TITLE).press("Granska ändringen")
    office.see(f"{TITLE}: sista dagen", "torsdag 11 februari 2027 20 dagar efter mötet")
    office.press("Ändra tidplanen").see("Tidplanen är ändrad.", "23 jan–11 feb")


def test_the_calendar_has_the_last_day_of_each(played: Played) -> None:
    days = {
        day.summary: day.on.isoformat()
        for day in calendar_feed.of(played.seats["Anna"].person, START).days
    }
    assert (
        days["Sista dag att svara: Förberedelse inför arbetsmötet, Arvika kommun"] == "2027-01-14"
    )
    assert days[f"Sista dag att svara: {TITLE}, Arvika kommun"] == "2027-02-05"


def test_facilitators_read_each_by_itself_though_the_keys_are_the_same(
    app: Flask, played: Played, clock: Fixed, new_visitor: Callable[[], Browser]
) -> None:
    answer_both(played, clock)
    vera = sign_in(new_visitor(), make_staff("facilitator", "Vera Exempel"), played.held)
    vera.open(ANSWERS).see(
        "3 organisationer är tillfrågade.",
        "Förberedelse inför arbetsmötet: 1 svar",
        f"{TITLE}: 2 svar",
        "Anna Ek, Arvika kommun",
    )
    vera.follow("Vad ska du göra nu på måndag?").see("Anna ringer Torsby", "Åsa ringer Torsby")
    vera.see(f"Vad ska du göra nu på måndag? {TITLE}")
    vera.open(ANSWERS).follow("Vilket mål arbetar ni mot?").miss("Torsby")
    vera.open(f"{ANSWERS}/fraga/mal", formular="hittepa")
    assert vera.status == 404


def test_the_pack_is_true_of_both(played: Played, clock: Fixed) -> None:
    answer_both(played, clock)
    played.seats["Anna"].state = "attended"
    db.session.flush()
    book = packed(played, clock)
    rows = [[cell.value for cell in row] for row in book["Alla svar"].iter_rows()]
    heads, body = rows[0], [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    assert heads[-1] == "Formulär"
    monday = [row for row in body if row["Fråga"] == "Vad ska du göra nu på måndag?"]
    assert {(row["Svar från"], row["Formulär"]) for row in monday} == {
        ("Anna Ek, Arvika kommun", TITLE),
        ("Åsa Ek, Kils kommun", TITLE),
    }
    assert not [row for row in body if row["Fråga"] == "Vilket mål arbetar ni mot?"]
    listed = [row[0].value for row in book["Initiativ"].iter_rows(min_row=2)]
    assert len(listed) == 1
    missing = [
        (row[0].value, row[3].value, row[5].value)
        for row in book["Har inte svarat"].iter_rows(min_row=2)
    ]
    # Where each person answers, a person is missing and never an organisation.
    assert missing == [
        ("Grums kommun", "Inte påbörjat", "Förberedelse inför arbetsmötet"),
        ("Kils kommun", "Inte påbörjat", "Förberedelse inför arbetsmötet"),
        ("Ola Ek, Arvika kommun", "Inte påbörjat", TITLE),
        ("Eva Ek, Grums kommun", "Inte påbörjat", TITLE),
    ]
    rows = book["Läs mig"].iter_rows(max_col=3, values_only=True)
    front = {row[0]: row[1:] for row in rows}
    prepared = "Organisationer som har svarat: Förberedelse inför arbetsmötet"
    assert front[prepared] == (1, "av 3")
    assert front[f"Personer som har svarat: {TITLE}"] == (2, "av 4")
    overview = [row[:3] for row in book["Översikt"].iter_rows(values_only=True)]
    found = overview[overview.index((f"Personer som har svarat: {TITLE}", None, None)) :]
    assert ("Alla", 2, 4) in found


def test_before_the_follow_up_opens_nobody_has_failed_to_answer_it(
    played: Played, clock: Fixed
) -> None:
    clock.set(PREPARED)
    book = packed(played, clock)
    assert {row[5].value for row in book["Har inte svarat"].iter_rows(min_row=2)} == {
        "Förberedelse inför arbetsmötet"
    }


def packed(played: Played, clock: Fixed) -> openpyxl.Workbook:
    """The meeting's pack, opened again."""
    ordered = packs.ask(played.meeting, played.karin, "sv", clock.now())
    db.session.commit()
    building.build_pack(ordered.id)
    file = packs.require_file(ordered, clock.now())
    pieces = (packs.piece(file.id, number) for number in itertools.count())
    return openpyxl.load_workbook(io.BytesIO(b"".join(itertools.takewhile(bool, pieces))))


def test_beside_the_results_stands_what_was_submitted_to_each(
    app: Flask, played: Played, clock: Fixed, new_visitor: Callable[[], Browser]
) -> None:
    answer_both(played, clock)
    anna = played.member("Anna", AFTER)
    write(anna, item_of(anna), played.held, mal="Anna ringer Torsby på måndag, och Sunne")
    submission.submit(anna, played.held)
    own = results.own_versions(played.meeting, anna.submission.organisation_id, anna.person_id)
    assert [one.number for one in own] == [1, 2]
    change = {("", "sv"): results.ResultChange("Fem luckor.", results.mark(""))}
    results.save(played.meeting, change, played.held, audit.SYSTEM)
    results.publish(played.meeting, played.held, audit.SYSTEM)
    db.session.commit()
    for given, seen, unseen in (
        ("Anna", "Anna ringer Torsby", "Åsa ringer"),
        ("Ola", "Språkvän på jobbet", "Anna ringer"),
        ("Åsa", "Åsa ringer Torsby", "Språkvän"),
    ):
        browser = new_visitor().open(link_of(played.seats[given])).press("Se din anmälan")
        browser.open("/anmalan/resultat").see("Fem luckor.", seen).miss(unseen)
        assert ("Språkvän på jobbet" in browser.text) == (given != "Åsa")


def test_publishing_offers_each_questionnaire_of_the_folder_by_itself(
    make_app: Callable[..., Flask], clock: Fixed, tmp_path: Path
) -> None:
    folder = tmp_path / "forms"
    folder.mkdir()
    read_text(folder, FOLLOW_UP)
    (folder / "arbetsmote.toml").write_bytes((ROOT / "forms" / "arbetsmote.toml").read_bytes())
    app = make_app(forms_folder=folder)
    with app.app_context():
        make_year()
        office = sign_in(Browser(app), make_staff())
        office.open(WORK).see("Förberedelse inför arbetsmötet", TITLE)
        office.press(f"Publicera frågorna {TITLE}").see("Frågorna är publicerade.")
        assert [one.key for one in db.session.query(Questionnaire)] == [AFTER]
        office.open(WORK).press("Publicera frågorna Förberedelse inför arbetsmötet")
        keys = [one.key for one in db.session.query(Questionnaire).order_by(Questionnaire.id)]
        assert keys == [AFTER, BEFORE]
