"""Who can read what an organisation has submitted, and that the pages and the mail say just that:
every page is opened by each role and by somebody from another organisation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from annualwheel import audit
from annualwheel.contacts import organisations, people
from annualwheel.db import db
from annualwheel.mail import letters
from annualwheel.mail.kinds import KINDS
from annualwheel.models import Member
from annualwheel.models.staff import STAFF_ROLES
from annualwheel.participation import replies
from annualwheel.preparation import membership, submission
from annualwheel.registrations import invitations
from annualwheel.web.wording import words
from tests.conftest import START, Fixed
from tests.makers.guests import link_of, reply_of
from tests.makers.region import make_staff, sign_in
from tests.makers.writers import OPEN, add_initiative, enter, make_members
from tests.tiny_browser import Browser

TITLE = "Sjuttiofyra ungdomar i Hagfors"
PARTICIPANTS = ("open", "participant", "owner", "preparation")
CANNOT = {"sv": "Andra deltagare kan inte läsa", "en": "Other participants cannot read"}


@pytest.fixture
def tyra(app: Flask, clock: Fixed) -> Iterator[Member]:
    """The lead of Hagfors, whose answer is not submitted yet."""
    with app.app_context():
        clock.set(OPEN)
        member = make_members("Tyra")[0]
        add_initiative(member, titel=TITLE)
        db.session.commit()
        yield member


def from_another_organisation(tyra: Member) -> tuple[Member, str]:
    """Somebody who comes and who writes in another answer, and the link of their registration."""
    asked = tyra.submission.questionnaire
    place = organisations.add_organisation("Arvika kommun")
    person = people.add_person("Ola", "Ek", "ola@arvika.example", place)
    guest = invitations.invite(asked.meeting, person, place, START)
    replies.register(guest, reply_of(guest), START, audit.participant(person.id))
    return membership.join(asked, person, place, OPEN), link_of(guest)


def pages_with(title: str, browser: Browser, app: Flask, *audiences: str) -> set[str]:
    """The pages without anything to fill in in their address, of those audiences, that show it."""
    found = set()
    for rule in app.url_map.iter_rules():
        if rule.arguments or "GET" not in (rule.methods or ()):
            continue
        if rule.endpoint.split(".")[0] in audiences:
            reply = browser.fetch("GET", rule.rule, follow_redirects=True)
            if title in reply.get_data(as_text=True):
                found.add(rule.rule)
    return found


def test_each_role_that_is_named_reads_it_and_nobody_else(
    tyra: Member, app: Flask, new_visitor: Callable[[], Browser]
) -> None:
    browser = enter(new_visitor(), tyra).open("/forberedelse/granska")
    said = {"sv": browser.page.text, "en": browser.open("/forberedelse/granska?lang=en").page.text}
    submission.submit(tyra, OPEN)
    where = f"/svar/2027/arbetsmote/fran/{tyra.submission.public_id}"
    db.session.commit()
    reads = {}
    for number, role in enumerate(STAFF_ROLES):
        staff = sign_in(new_visitor(), make_staff(role, f"Kim{number} Ek"), OPEN).open(where)
        reads[role] = staff.status == 200 and TITLE in staff.page.text
    for language, text in said.items():
        named = {role: words.label(role, "role", language) in text.lower() for role in STAFF_ROLES}
        assert named == reads, language
        assert CANNOT[language] in text


def test_another_organisation_finds_it_on_no_page_and_the_own_one_does(
    tyra: Member, app: Flask, new_visitor: Callable[[], Browser]
) -> None:
    ola, link = from_another_organisation(tyra)
    submission.submit(tyra, OPEN)
    db.session.commit()
    own = pages_with(TITLE, enter(new_visitor(), tyra), app, *PARTICIPANTS)
    assert {"/forberedelse/svar", "/forberedelse/svar.txt"} <= own
    other = enter(new_visitor().open(link).press("Se eller ändra"), ola)
    assert pages_with(TITLE, other, app, *PARTICIPANTS) == set()
    assert pages_with("Tyra", other, app, *PARTICIPANTS) == set()
    where = f"/svar/2027/arbetsmote/fran/{tyra.submission.public_id}"
    assert other.fetch("GET", where).status_code == 303  # to the sign-in of staff


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("more", [{}, {"personal": True}, {"after": True}])
def test_the_mail_that_opens_the_preparation_names_the_same_readers(
    language: str, more: dict[str, object]
) -> None:
    facts = dict.fromkeys(KINDS["preparation"].facts, "x") | more
    text = letters.write("preparation", language, facts).text
    assert all(words.label(role, "role", language) in text.lower() for role in STAFF_ROLES)
    assert (CANNOT[language] in text) == ("after" not in more)


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_privacy_page_says_the_same(visitor: Browser, language: str) -> None:
    text = visitor.open(f"/personuppgifter?lang={language}").page.text
    assert all(words.label(role, "role", language) in text.lower() for role in STAFF_ROLES)
    assert CANNOT[language] in text
