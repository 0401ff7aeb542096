"""What a seat at a meeting opens besides the meeting: the answers of the person's organisation.

Every way to a seat passes here (a yes, a colleague's yes, a promotion from the waiting list, an
accepted offer, a substitute), so that nobody has a seat and no access.
"""

from __future__ import annotations

import datetime as dt

from annualwheel.models import Registration
from annualwheel.preparation import membership
from annualwheel.questionnaires import opening


def open_answers(registration: Registration, now: dt.datetime) -> None:
    """Lets whoever is registered write in the answers that are open now.

    Before it opens nobody is let in: the mailing that asks to prepare does that. A second call
    changes nothing. Call it under the meeting's lock.
    """
    if registration.state != "registered":
        return
    for questionnaire in registration.meeting.questionnaires:
        if opening.is_open(questionnaire, now):
            membership.of_registration(registration, questionnaire, now)
