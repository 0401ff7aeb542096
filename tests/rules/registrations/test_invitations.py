"""Inviting somebody again: what they answered before was an answer to another invitation."""

from __future__ import annotations

from typing import Any

import pytest

from annualwheel import audit
from annualwheel.models import Attempt, Registration
from annualwheel.participation import replies, substitution
from annualwheel.participation.substitution import Substitute
from annualwheel.registrations import invitations
from tests.conftest import START
from tests.makers.guests import address_of, make_guest, make_meeting, reply_of
from tests.makers.region import make_staff


def declined(given: str = "Erik") -> Registration:
    """Somebody who has said no to a coordinator, with a reason."""
    guest = make_guest(make_meeting(), given)
    replies.decline(guest, "krock", START, audit.staff(make_staff().id))
    return guest


def answer_of(registration: Registration) -> tuple[object, ...]:
    return registration.answered_at, registration.decline_reason, registration.by_staff


def test_an_earlier_no_is_forgotten(session: Any) -> None:
    guest = declined()
    assert answer_of(guest) == (START, "krock", True)
    invitations.invite(guest.meeting, guest.person, guest.organisation, START)
    assert (guest.state, *answer_of(guest)) == ("invited", None, "", False)


def test_the_first_answer_to_a_new_invitation_is_no_change_of_mind(session: Any) -> None:
    guest = declined()
    invitations.invite(guest.meeting, guest.person, guest.organisation, START)
    replies.register(guest, reply_of(guest), START, audit.participant(guest.person_id))
    assert session.query(Attempt).filter_by(kind="change_of_mind").all() == []


@pytest.mark.parametrize("has_seat", [True, False])
def test_who_comes_as_a_substitute_has_not_said_no(session: Any, has_seat: bool) -> None:
    found = declined()
    guest = make_guest(found.meeting, "Maria")
    maria = audit.participant(guest.person_id)
    if has_seat:
        replies.register(guest, reply_of(guest), START, maria)
    new = Substitute("Erik", found.person.family, address_of("Erik"))
    assert substitution.substitute(guest, new, START, maria) is found
    answered_at = START if has_seat else None
    assert answer_of(found) == (answered_at, "", False)
