"""When a questionnaire is open.

A questionnaire is asked before its meeting or after it, and is then open as long as that phase of
the meeting, unless it has days of its own. Its own days are counted from the meeting's day like
those of a phase and move with the meeting (`cycle.years.place_phases`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from annualwheel.cycle import years
from annualwheel.models import Meeting, Phase, Questionnaire
from annualwheel.questionnaires.definition import Definition

# The phase of the meeting that gives the times of a questionnaire without days of its own.
PHASES: Mapping[str, str] = {"before": "preparation", "after": "followup"}


def opens_at(questionnaire: Questionnaire) -> dt.datetime:
    """When it opens (aware UTC)."""
    return questionnaire.opens_at or _phase(questionnaire).opens_at


def closes_at(questionnaire: Questionnaire) -> dt.datetime:
    """The last moment to answer it (aware UTC), without the silent grace."""
    return questionnaire.closes_at or _phase(questionnaire).closes_at


def is_open(questionnaire: Questionnaire, now: dt.datetime) -> bool:
    """Whether it can be answered now. Never at a meeting that is cancelled."""
    # A cancelled meeting keeps its days: they alone would let people write for nothing.
    planned = questionnaire.meeting.state == "planned"
    return planned and opens_at(questionnaire) <= now <= closes_at(questionnaire)


def prepares(questionnaire: Questionnaire) -> bool:
    """Whether it is asked before the meeting."""
    return questionnaire.timing == "before"


def preparing(meeting: Meeting) -> list[Questionnaire]:
    """The questionnaires that prepare the meeting, in the order they were published."""
    return [asked for asked in meeting.questionnaires if prepares(asked)]


def preparation_opens_at(meeting: Meeting) -> dt.datetime:
    """When the first of the questionnaires that prepare the meeting opens.

    As planned while none is published.
    """
    opening = [opens_at(asked) for asked in preparing(meeting)]
    return min(opening, default=years.phase(meeting, "preparation").opens_at)


def due(meeting: Meeting, now: dt.datetime) -> Questionnaire | None:
    """The questionnaire in turn.

    Of those that are not over it is the one that closes first; when all are over, the last one.
    None while nothing is published.
    """
    # The id decides between two that close together, so that every page names the same one.
    in_order = sorted(meeting.questionnaires, key=lambda asked: (closes_at(asked), asked.id))
    ahead = [asked for asked in in_order if closes_at(asked) >= now]
    return ahead[0] if ahead else in_order[-1] if in_order else None


def is_named(questionnaire: Questionnaire) -> bool:
    """Whether pages and mails must say which questionnaire is meant.

    They must where the meeting has several, and for one that does not prepare the meeting.
    """
    return not prepares(questionnaire) or len(questionnaire.meeting.questionnaires) > 1


def planned(meeting: Meeting, definition: Definition) -> years.Span:
    """When it would open and close if it were published now."""
    if definition.opens is not None and definition.closes is not None:
        return years.span_of(meeting, definition.opens, definition.closes)
    phase = years.phase(meeting, PHASES[definition.timing])
    return phase.opens_at, phase.closes_at


def set_days(questionnaire: Questionnaire, opens: int | None, closes: int | None) -> None:
    """Gives it days of its own, counted from the meeting's day; with None it follows the phase."""
    questionnaire.opens_days, questionnaire.closes_days = opens, closes
    if opens is None or closes is None:
        questionnaire.opens_at = questionnaire.closes_at = None
    else:
        span = years.span_of(questionnaire.meeting, opens, closes)
        questionnaire.opens_at, questionnaire.closes_at = span


def _phase(questionnaire: Questionnaire) -> Phase:
    return years.phase(questionnaire.meeting, PHASES[questionnaire.timing])
