"""Opens the answers of the person's organisation to a person with a seat.

Every way to a seat passes here (a yes, a colleague's yes, a promotion from the waiting list, an
accepted offer, a substitute), so that nobody has a seat and no access.
"""

from __future__ import annotations

import datetime as dt

from annualwheel.models import Meeting, Organisation, Person, Registration
from annualwheel.preparation import membership
from annualwheel.questionnaires import opening


def open_answers(registration: Registration, now: dt.datetime) -> None:
    """Lets a registered person write in the answers that are open now.

    A questionnaire that opens later is left to the mailing that asks people to prepare. A second
    call changes nothing. Call it under the meeting's lock.
    """
    # A yes may have led to the waiting list, and that opens nothing.
    if registration.state != "registered":
        return
    for questionnaire in registration.meeting.questionnaires:
        if opening.is_open(questionnaire, now):
            membership.of_registration(registration, questionnaire, now)


def let_write(
    meeting: Meeting, person: Person, organisation: Organisation, now: dt.datetime
) -> None:
    """Lets somebody without a registration for the organisation write in its open answers.

    An answer of their own is no business of the organisation.
    """
    for questionnaire in meeting.questionnaires:
        if questionnaire.respondent != "person" and opening.is_open(questionnaire, now):
            membership.join(questionnaire, person, organisation, now)
