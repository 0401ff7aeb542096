"""Nobody learns from us what is so of a person outside their own organisation.

Each way to name somebody is gone through with a person whom nobody knows, and with people whom we
know in many ways. Whoever names them, and a colleague who looks and tries after them, see the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from annualwheel import audit
from annualwheel.access.links import Target
from annualwheel.contacts import organisations, people
from annualwheel.db import db
from annualwheel.models import Meeting, Member, Message, Person, Registration
from annualwheel.participation import departures, replies
from annualwheel.preparation import membership
from annualwheel.registrations import invitations
from annualwheel.services import services
from tests.conftest import START, Fixed
from tests.databases import in_turn
from tests.makers.guests import link_of, make_guest, make_meeting, publish, reply_of
from tests.makers.region import make_staff, sign_in
from tests.makers.writers import OPEN
from tests.tiny_browser import Browser

# As another organisation knows the person, and the state of their registration for it.
KNOWN = {
    "on file": "",
    "registered": "registered",
    "waiting": "waitlisted",
    "said no": "declined",
    "taken back": "revoked",
    "inactive": "",
    "inactive and registered": "registered",
}
# A colleague's press turns nobody's invitation for another organisation into a yes. A substitute
# takes it over: nothing is known of it either.
COMPARED = ("Content-Type", "Cache-Control", "Location", "Referrer-Policy", "Vary")


@dataclass(frozen=True)
class Asking:
    """Somebody who names a person, and a colleague of theirs; by number, one try from the next."""

    number: int
    guest: Registration
    visitor: Browser
    colleague: Browser

    @property
    def named(self) -> tuple[str, str, str]:
        """Given name, family name and address of the person."""
        return (f"Eva{self.number}", "Nord", f"eva{self.number}@kommun.example")

    def fill(self, by: Browser) -> Browser:
        """Types who it is."""
        for label, text in zip(("Förnamn", "Efternamn", "E-postadress"), self.named, strict=True):
            by.fill(label, text)
        return by


def world() -> Meeting:
    """A meeting that can be registered for and prepared at one time; three seats for each place."""
    meeting = make_meeting(per_organisation=3)
    publish(meeting)
    for phase in meeting.phases:
        phase.opens_at, phase.closes_at = START, meeting.starts_at
    db.session.commit()
    return meeting


def let_in(guest: Registration, visitor: Browser) -> Browser:
    """Registers somebody, and lets them in to the answer and to their registration."""
    replies.register(guest, reply_of(guest), OPEN, audit.participant(guest.person_id))
    member = membership.join(
        guest.meeting.questionnaires[0], guest.person, guest.organisation, OPEN
    )
    db.session.commit()
    token = services().link_signer.token(Target("member", member.public_id, member.link_version))
    visitor.open(f"/f/{token}").press("Öppna")
    return visitor.open(link_of(guest)).press("Se eller ändra")


def asking(number: int, meeting: Meeting, new_visitor: Callable[[], Browser]) -> Asking:
    place = f"Kommun {number}"
    pair = [make_guest(meeting, f"{one}{number}", "Ek", place) for one in ("Maria", "Anna")]
    return Asking(number, pair[0], *(let_in(guest, new_visitor()) for guest in pair))


def make_known(one: Asking, how: str) -> None:
    """Lets another organisation know the person."""
    place = organisations.organisation_named("Arvika kommun")
    person = people.add_person(
        *one.named, place or organisations.add_organisation("Arvika kommun"), title="Strateg"
    )
    if KNOWN[how]:
        place = person.affiliations[0].organisation
        invitations.invite(one.guest.meeting, person, place, OPEN).state = KNOWN[how]
    if "inactive" in how:
        departures.deactivate(person, OPEN, audit.SYSTEM)
    db.session.commit()


def bring(one: Asking, by: Browser) -> None:
    if one.fill(by.open("/anmalan/kollegor")).status == 200:
        by.press("Anmäl kollegorna")


def hand_over(one: Asking, by: Browser) -> None:
    one.fill(by.open("/anmalan/ersattare")).press("Skicka ersättaren")


def take_over(one: Asking, by: Browser) -> None:
    one.fill(by.open("/anmalan/ersattare", vem="jag")).press("Ta över platsen")


def ask_to_write(one: Asking, by: Browser) -> None:
    one.fill(by.open("/forberedelse/kollegor/bjud-in")).press("Bjud in")


ACTS = {act.__name__: act for act in (bring, hand_over, take_over, ask_to_write)}


def seen(by: Browser) -> list[object]:
    """What a page shows, and how it came, without the number of the try."""
    text = re.sub(r"\b(Eva|Maria|Anna|Kommun |eva|maria|anna)\d+", r"\1", by.text)
    return [by.status, re.sub(r"/i/[^/?]+|/[\w-]{16,}", "/…", by.url), text]


def replied(by: Browser, url: str) -> list[object]:
    """The status and headers of a page."""
    reply = by.fetch("GET", url)
    return [reply.status, sorted((n, v) for n, v in reply.headers if n in COMPARED)]


def goes_through(one: Asking, act: Callable[[Asking, Browser], None]) -> list[object]:
    """All that the two see: of the act, of their pages afterwards, and of more tries."""
    link = link_of(one.guest)
    act(one, one.visitor)
    found: list[object] = [seen(one.visitor), replied(one.visitor, one.visitor.url)]
    for by, page in (
        (one.visitor, "/anmalan"),
        (one.visitor, "/anmalan/kollegor"),
        (one.colleague, "/forberedelse"),
    ):
        found.append(seen(by.open(page)))
    # The same person once more, in each way.
    for again in (bring, ask_to_write, hand_over):
        again(one, one.colleague)
        found += [again.__name__, seen(one.colleague)]
    # Whoever has sent somebody comes after all.
    if "Jag kommer själv" in one.visitor.open(link).text:
        found += [seen(one.visitor), seen(one.visitor.press("Jag kommer själv"))]
    return found


def goes(
    act: str, how: str, meeting: Meeting, number: int, new: Callable[[], Browser]
) -> list[object]:
    """All that is seen of the act with a person who is known in that way."""
    one = asking(number, meeting, new)
    if how != "unknown":
        make_known(one, how)
    return goes_through(one, ACTS[act])


@pytest.mark.parametrize(("act", "database"), in_turn(ACTS), indirect=["database"])
def test_everybody_outside_is_answered_for_as_somebody_unknown(
    session: Any,
    new_visitor: Callable[[], Browser],
    clock: Fixed,
    subtests: pytest.Subtests,
    act: str,
) -> None:
    clock.set(OPEN)
    meeting = world()
    unknown = goes(act, "unknown", meeting, 1, new_visitor)
    for number, how in enumerate(KNOWN, 2):
        with subtests.test(how=how):
            assert goes(act, how, meeting, number, new_visitor) == unknown


@pytest.mark.parametrize("act", ["bring", "hand_over", "ask_to_write"])
def test_the_person_is_told_and_nothing_is_changed_for_them(
    session: Any, new_visitor: Callable[[], Browser], clock: Fixed, act: str
) -> None:
    clock.set(OPEN)
    one = asking(1, world(), new_visitor)
    make_known(one, "inactive and registered")
    person = db.session.query(Person).filter_by(given="Eva1").one()
    ACTS[act](one, one.visitor)
    db.session.expire_all()
    told = db.session.query(Message).filter_by(kind="wanted").one()
    assert (told.address, told.meeting_id) == (person.email, one.guest.meeting_id)
    assert "Maria1 Ek" in told.body.text and "Kommun 1" in told.body.text
    assert "deltar längre" in told.body.text and not told.body.links
    registration = db.session.query(Registration).filter_by(person_id=person.id).one()
    assert (registration.state, registration.organisation.name) == ("registered", "Arvika kommun")
    assert [row.organisation.name for row in person.affiliations] == ["Arvika kommun"]
    assert not person.active


def test_no_link_lets_in_a_deactivated_person_whom_a_colleague_has_named(
    session: Any, new_visitor: Callable[[], Browser], clock: Fixed
) -> None:
    clock.set(OPEN)
    one = asking(1, world(), new_visitor)
    make_known(one, "inactive")
    ask_to_write(one, one.visitor)
    member = db.session.query(Member).join(Member.person).filter(Person.given == "Eva1").one()
    token = services().link_signer.token(Target("member", member.public_id, member.link_version))
    assert new_visitor().open(f"/f/{token}").status == 404


def test_staff_are_told(
    session: Any, new_visitor: Callable[[], Browser], visitor: Browser, clock: Fixed
) -> None:
    clock.set(OPEN)
    one = asking(1, world(), new_visitor)
    make_known(one, "registered")
    office = sign_in(visitor, make_staff(), OPEN)
    one.fill(office.open(f"/anmalningar/{one.guest.public_id}/ersattare")).press(
        "Skicka ersättaren"
    ).see("Eva1 Nord är redan anmäld.")


def test_one_of_the_own_organisation_is_answered_for_in_plain_words(
    session: Any, new_visitor: Callable[[], Browser], clock: Fixed
) -> None:
    clock.set(OPEN)
    one = asking(1, world(), new_visitor)
    anna = db.session.query(Registration).join(Person).filter(Person.given == "Anna1").one()
    one.visitor.open("/anmalan/ersattare").fill("Förnamn", "Anna1").fill("Efternamn", "Ek")
    one.visitor.fill("E-postadress", anna.person.email).press("Skicka ersättaren")
    one.visitor.see("Anna1 Ek är redan anmäld.")
