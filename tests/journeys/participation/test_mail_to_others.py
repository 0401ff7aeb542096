"""An hour of somebody who fills another's mailbox, and the busiest hours of honest people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from annualwheel import audit, unit_of_work
from annualwheel.contacts import folding
from annualwheel.db import db
from annualwheel.errors import DomainError, TooMany
from annualwheel.models import Meeting, Member, Message, Registration
from annualwheel.participation import (
    colleagues,
    link_recovery,
    open_registration,
    organisation_requests,
    replies,
    substitution,
)
from annualwheel.participation.colleagues import Colleague
from annualwheel.participation.open_registration import Applicant
from annualwheel.participation.substitution import Substitute
from annualwheel.preparation import collaborators, membership
from annualwheel.preparation.collaborators import Collaborator
from annualwheel.privacy import own_data
from tests.conftest import START, Fixed
from tests.makers.asked import answer_all
from tests.makers.guests import make_guest, make_meeting, publish, reply_of

# Registration is still open, and the preparation is open already.
OPEN = START + dt.timedelta(days=25)
MINUTE = dt.timedelta(minutes=1)
VICTIM = "ulla@annan.example"
OFFICE = "192.0.2.1"


@pytest.fixture
def meeting(session: Any, clock: Fixed) -> Meeting:
    """A meeting that is open to all, where people prepare already."""
    clock.set(OPEN)
    made = make_meeting()
    made.open_registration = True
    publish(made)
    for phase in made.phases:
        if phase.kind in ("registration", "change"):
            phase.closes_at = made.starts_at
    db.session.commit()
    return made


def mails_to(mailbox: str) -> list[str]:
    """The kinds of the mails to a mailbox, whatever alias they were written to."""
    return [
        one.kind for one in db.session.query(Message) if folding.mailbox(one.address) == mailbox
    ]


def coming(meeting: Meeting, given: str, organisation: str, client: str = OFFICE) -> Registration:
    """Somebody whom staff have invited, and who has said yes."""
    guest = make_guest(meeting, given, "Prov", organisation)
    return replies.register(guest, reply_of(guest), OPEN, by(guest, client))


def by(guest: Registration, client: str) -> audit.Actor:
    return audit.participant(guest.person_id, client)


class Attacker:
    """Has one invitation, a catch-all domain of addresses, and a network of IPv6 addresses."""

    def __init__(self, meeting: Meeting) -> None:
        self.meeting = meeting
        self.links = [coming(meeting, "Mats", "Attackbolaget", "2001:db8:0:1::1")]
        self.members: list[Member] = []
        for questionnaire in meeting.questionnaires:
            found = membership.of_registration(self.links[0], questionnaire, OPEN)
            assert found is not None
            self.members.append(found)
        db.session.commit()
        self.refused: dict[str, int] = {}
        self.number = 0

    def play(self, now: dt.datetime) -> None:
        """Tries once everything that sends mail to an address that one types."""
        self.number += 1
        for act in (
            self.asks,
            self.registers_strangers,
            self.registers_colleagues,
            self.invites_writers,
            self.copies,
            self.moves_in,
            self.sends_substitute,
            self.submits_nothing_but_mails_again,
        ):
            act(now)

    def tries(self, act: Callable[[], Any]) -> Any:
        """What the act gives, None when it is refused; as a request does it."""
        try:
            result = act()
            unit_of_work.commit()
        except DomainError as refusal:
            unit_of_work.roll_back()
            self.refused[refusal.key] = self.refused.get(refusal.key, 0) + 1
            return None
        answer_all()
        return result

    def alias(self) -> str:
        """Another spelling of the victim's address."""
        return VICTIM.replace("@", f"+{self.number}@")

    def client(self) -> str:
        """Another address, in another network of the same customer."""
        return f"2001:db8:0:1{self.number % 256:02x}::{self.number}"

    def asks(self, now: dt.datetime) -> None:
        place = self.links[0].organisation
        who = Applicant("Ulla", f"Ask{self.number}", self.alias())
        meeting, client = self.meeting, self.client()
        self.tries(lambda: open_registration.apply(meeting, place, who, client, now))
        self.tries(lambda: organisation_requests.ask(meeting, "Nytt", who, client, now))
        self.tries(lambda: link_recovery.ask(VICTIM, client, now))
        self.tries(lambda: own_data.ask(VICTIM, client, now))

    def registers_strangers(self, now: dt.datetime) -> None:
        """Registers an address of their own, and with its link the victim."""
        place, address = self.links[0].organisation, f"s{self.number}@angrepp.example"
        who = Applicant("Sven", f"Okänd{self.number}", address)
        self.tries(lambda: open_registration.apply(self.meeting, place, who, self.client(), now))
        made = (
            db.session.query(Registration)
            .join(Registration.person)
            .filter_by(email=address)
            .one_or_none()
        )
        if made is None:
            return
        self.tries(lambda: open_registration.confirm(made, now))
        stranger = reply_of(made, copy_to=self.alias())
        self.tries(lambda: replies.register(made, stranger, now, by(made, self.client())))
        plain = reply_of(made)
        self.tries(lambda: replies.register(made, plain, now, by(made, self.client())))
        row = Colleague("Ulla", f"Kollega{self.number}", self.alias())
        self.tries(lambda: colleagues.register_together(made, [row], now, by(made, self.client())))
        new = Substitute("Ulla", f"Ny{self.number}", self.alias(), message="Köp nu")
        for message in ("Köp nu", ""):
            sent = Substitute(new.given, new.family, new.email, message=message)
            self.tries(lambda: substitution.substitute(made, sent, now, by(made, self.client())))  # noqa: B023

    def registers_colleagues(self, now: dt.datetime) -> None:
        """Mints a link of their own, and registers the victim by the newest link."""
        link = self.links[-1]
        rows = [
            Colleague("Mats", f"Alias{self.number}", f"m{self.number}@angrepp.example"),
            Colleague("Ulla", f"Ask{self.number}", self.alias()),
        ]
        for row in rows:
            self.tries(
                lambda: colleagues.register_together(link, [row], now, by(link, self.client()))  # noqa: B023
            )
        minted = (
            db.session.query(Registration)
            .join(Registration.person)
            .filter_by(email=rows[0].email)
            .one_or_none()
        )
        if minted is not None:
            self.links.append(minted)

    def invites_writers(self, now: dt.datetime) -> None:
        member = self.members[-1]
        alias = Collaborator("Mats", f"Penna{self.number}", f"p{self.number}@angrepp.example")
        victim = Collaborator("Ulla", f"Penna{self.number}", self.alias(), message="Köp nu")
        minted = self.tries(lambda: collaborators.invite(member, alias, now, self.client()))
        if minted is not None:
            self.members.append(minted)
        self.tries(lambda: collaborators.invite(member, victim, now, self.client()))

    def submits_nothing_but_mails_again(self, now: dt.datetime) -> None:
        """Mails the link again to everybody who was invited, and makes each of them the lead."""
        member = self.members[0]
        self.tries(lambda: collaborators.take_lead(member, now))
        for other in list(member.submission.members):
            if other is not member and folding.mailbox(other.person.email) == VICTIM:
                name = other.public_id
                self.tries(lambda: collaborators.mail_again(member, name, now, self.client()))  # noqa: B023
                self.tries(lambda: collaborators.hand_over_lead(member, name, now, self.client()))  # noqa: B023

    def copies(self, now: dt.datetime) -> None:
        """Says yes and no again and again, with copies to the victim."""
        link = self.links[-1]
        actor = by(link, self.client())
        copied = reply_of(link, copy_to=self.alias())
        self.tries(lambda: replies.register(link, copied, now, actor))
        self.tries(lambda: replies.withdraw(link, now, actor))
        self.tries(lambda: replies.register(link, reply_of(link, copy_to=""), now, actor))

    def moves_in(self, now: dt.datetime) -> None:
        """Says that the victim's address is their own, and changes their mind."""
        link = self.links[len(self.links) // 2]
        actor = by(link, self.client())
        moved = reply_of(link, email=self.alias(), copy_to="")
        if link.state not in ("registered", "withdrawn", "waitlisted"):
            return
        self.tries(lambda: replies.register(link, moved, now, actor))
        self.tries(lambda: replies.register(link, reply_of(link, title="Ny"), now, actor))

    def sends_substitute(self, now: dt.datetime) -> None:
        if len(self.links) > 1:
            link = self.links.pop(0)
            new = Substitute("Ulla", f"Ersatt{self.number}", self.alias(), message="Köp nu")
            self.tries(lambda: substitution.substitute(link, new, now, by(link, self.client())))


def test_an_hour_of_attacks_brings_five_mails_to_the_victim(meeting: Meeting, clock: Fixed) -> None:
    attacker = Attacker(meeting)
    for minute in range(0, 60, 4):
        clock.set(OPEN + minute * MINUTE)
        attacker.play(clock.now())
    found = mails_to(VICTIM)
    # Three by the chain of the one invitation, two by strangers.
    assert len(found) == 5, found
    assert len(attacker.members) > 3
    assert attacker.refused.keys() >= {
        "too_many_mails",
        "too_many_asked",
        "no_greeting",
        "colleagues_need_place",
    }


def test_honest_people_on_the_last_evening_lose_nothing(meeting: Meeting) -> None:
    """Behind one address: a mobile operator's, or a municipality's."""
    for number in range(60):
        guest = coming(meeting, f"Person{number}", f"Organisation {number}")
        rows = [
            Colleague(f"Kollega{row}", "Prov", f"k{number}{row}@organisation{number}.example")
            for row in range(2)
        ]
        became = colleagues.register_together(guest, rows, OPEN, by(guest, OFFICE))
        assert [one.became for one in became] == ["registered"] * 2
        unit_of_work.commit()


def test_thirty_people_behind_one_address_ask_twice_each(session: Any) -> None:
    for number in range(30):
        for _again in range(2):
            link_recovery.ask(f"person{number}@kommun.example", OFFICE, START)
    with pytest.raises(TooMany, match="too_many_asked"):
        link_recovery.ask("sist@kommun.example", OFFICE, START)


def test_a_helper_brings_twenty_five_colleagues_and_lets_them_write(meeting: Meeting) -> None:
    helper = coming(meeting, "Hanna", "Hagfors kommun")
    (asked,) = meeting.questionnaires
    member = membership.of_registration(helper, asked, OPEN)
    assert member is not None
    for press in range(5):
        rows = [
            Colleague("Kollega", f"Prov{press}{row}", f"k{press}{row}@kommun.example")
            for row in range(5)
        ]
        colleagues.register_together(helper, rows, OPEN, by(helper, OFFICE))
    for number in range(25):
        colleague = Collaborator("Skribent", f"Prov{number}", f"s{number}@kommun.example")
        collaborators.invite(member, colleague, OPEN, OFFICE)
    assert db.session.query(Message).filter_by(kind="colleague_registered").count() == 25
    assert db.session.query(Message).filter_by(kind="colleague").count() == 25


def test_a_secretary_answers_for_eight_and_gets_every_copy(meeting: Meeting) -> None:
    for number in range(8):
        guest = make_guest(meeting, f"Chef{number}", "Prov", "Hagfors kommun")
        reply = reply_of(guest, copy_to="sekreterare@kommun.example")
        replies.register(guest, reply, OPEN, by(guest, OFFICE))
    assert mails_to("sekreterare@kommun.example") == ["confirmation"] * 8
