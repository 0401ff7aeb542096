"""What a change of a meeting's plan means, and for how many people, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from annualwheel.mail.states import NEVER_LEFT
from annualwheel.mailings import log
from annualwheel.mailings.log import LogFilter
from annualwheel.meetings import time_plan
from annualwheel.meetings.time_plan import Days, Period, Plan
from annualwheel.questionnaires import opening
from annualwheel.web.coordinator.meetings import plan_words
from annualwheel.web.coordinator.meetings.agenda import Status
from annualwheel.web.coordinator.meetings.asked import QuestionnaireCounts
from annualwheel.web.wording import words


@dataclass(frozen=True)
class Changed:
    """A period whose days change, at a meeting with these numbers."""

    status: Status
    period: Period
    after: Days
    today: dt.date

    @property
    def opens(self) -> bool:
        """Whether the first day changes."""
        return self.after[0] != self.period.days[0]

    @property
    def closes(self) -> bool:
        """Whether the last day changes."""
        return self.after[1] != self.period.days[1]

    @property
    def ends(self) -> bool:
        """Whether the time is not over today, and would be."""
        return self.after[1] < self.today <= self.period.days[1]

    @property
    def begins_again(self) -> bool:
        """Whether the time is over today, and would not be."""
        return self.period.days[1] < self.today <= self.after[1]

    @property
    def last(self) -> str:
        """The last day in words."""
        return words.day(self.after[1])


def of_change(status: Status, after: Plan, today: dt.date) -> list[str]:
    """A sentence for everything that the change does for somebody, in the order of the plan."""
    found = []
    for period in time_plan.periods(status.meeting):
        changed = Changed(status, period, after.get(period.key, period.days), today)
        if changed.opens or changed.closes:
            found += [str(said) for said in _of_period(changed)]
    return found


def _of_period(changed: Changed) -> Iterator[str]:
    own = OF_PHASES.get(changed.period.key)
    if own is not None:
        yield from own(changed)
    for one in changed.status.asked:
        if _follows(one, changed.period):
            yield from _questionnaire(changed, one)


def _follows(one: QuestionnaireCounts, period: Period) -> bool:
    """Whether a questionnaire is open for as long as the period is."""
    asked = one.questionnaire
    if period.questionnaire is not None or asked.opens_days is not None:
        return asked is period.questionnaire
    return opening.PHASES[asked.timing] == period.key


def _invitation(changed: Changed) -> Iterator[str]:
    days = words.period(*changed.after)
    yield _("Inbjudan skickar du enligt planen %(days)s.", days=days)
    if changed.closes:
        yield from _told_before(changed, "save_the_date")


def _registration(changed: Changed) -> Iterator[str]:
    waiting = changed.status.funnel.unanswered
    if waiting and changed.opens:
        yield ngettext(
            "%(num)s inbjuden som inte har svarat kan göra det från och med %(day)s.",
            "%(num)s inbjudna som inte har svarat kan göra det från och med %(day)s.",
            waiting,
            day=words.day(changed.after[0]),
        )
    if waiting and changed.closes:
        yield _last_day_to_register(changed, waiting)
    if changed.status.meeting.open_registration:
        yield _("Den öppna anmälan är öppen samma dagar.")
    if changed.closes:
        yield from _told_before(changed, "invitation", "reminder")


def _last_day_to_register(changed: Changed, waiting: int) -> str:
    said: str
    if changed.ends:
        said = ngettext(
            "Anmälan stänger när du sparar. %(num)s inbjuden har inte svarat och kan inte längre "
            "göra det.",
            "Anmälan stänger när du sparar. %(num)s inbjudna har inte svarat och kan inte längre "
            "göra det.",
            waiting,
        )
        return said
    said = ngettext(
        "%(num)s inbjuden har inte svarat och kan göra det till och med %(day)s.",
        "%(num)s inbjudna har inte svarat och kan göra det till och med %(day)s.",
        waiting,
        day=changed.last,
    )
    again = _("Anmälan öppnar igen när du sparar.")
    return f"{again} {said}" if changed.begins_again else said


def _change(changed: Changed) -> Iterator[str]:
    coming = changed.status.funnel.coming
    if coming:
        yield ngettext(
            "%(num)s som kommer kan ändra sin anmälan och skicka en ersättare %(days)s.",
            "%(num)s som kommer kan ändra sin anmälan och skicka en ersättare %(days)s.",
            coming,
            days=words.period(*changed.after),
        )


def _preparation(changed: Changed) -> Iterator[str]:
    if changed.opens:
        yield from _told_before(changed, "invitation", "confirmation")


def _followup(changed: Changed) -> Iterator[str]:
    if changed.closes:
        yield ngettext(
            "Resultatet ska vara publicerat senast %(day)s. Dagen syns för %(num)s som kommer.",
            "Resultatet ska vara publicerat senast %(day)s. Dagen syns för %(num)s som kommer.",
            changed.status.funnel.coming,
            day=changed.last,
        )


OF_PHASES: Mapping[str, Callable[[Changed], Iterator[str]]] = {
    "invitation": _invitation,
    "registration": _registration,
    "change": _change,
    "preparation": _preparation,
    "followup": _followup,
}


def _questionnaire(changed: Changed, one: QuestionnaireCounts) -> Iterator[str]:
    """What the change means for those who answer a questionnaire."""
    what = one.title or plan_words.title_of(changed.period)
    if changed.opens and not one.mailed:
        yield ngettext(
            "%(what)s öppnar %(day)s. Då skickar du mejlet om frågorna till %(num)s som kommer.",
            "%(what)s öppnar %(day)s. Då skickar du mejlet om frågorna till %(num)s som kommer.",
            changed.status.funnel.coming,
            what=what,
            day=words.day(changed.after[0]),
        )
    if changed.closes and one.undecided:
        yield _last_day_to_submit(changed, what, one.undecided)
    if changed.closes and one.mailed:
        named = one.title or _("förberedelsen")
        yield _(
            "Mejlet om %(what)s är redan skickat. I det står sista dagen som den var, och det "
            "skickas inte igen.",
            what=named,
        )


def _last_day_to_submit(changed: Changed, what: str, left: int) -> str:
    said: str
    if changed.ends:
        said = ngettext(
            "%(what)s stänger när du sparar. %(num)s svar är inte inskickat och kan inte längre "
            "skickas in.",
            "%(what)s stänger när du sparar. %(num)s svar är inte inskickade och kan inte längre "
            "skickas in.",
            left,
            what=what,
        )
        return said
    said = ngettext(
        "%(what)s: %(num)s svar är inte inskickat och kan skickas in till och med %(day)s.",
        "%(what)s: %(num)s svar är inte inskickade och kan skickas in till och med %(day)s.",
        left,
        what=what,
        day=changed.last,
    )
    again = _("%(what)s öppnar igen när du sparar.", what=what)
    return f"{again} {said}" if changed.begins_again else said


def _told_before(changed: Changed, *kinds: str) -> Iterator[str]:
    """That mails which name the day have gone, and stay as they are."""
    of_meeting = changed.status.meeting.id
    gone = 0
    for kind in kinds:
        states = log.count_by_state(LogFilter(kind=kind, meeting_id=of_meeting))
        gone += sum(count for state, count in states.items() if state not in NEVER_LEFT)
    if gone:
        yield ngettext(
            "%(num)s mejl som är skickat eller på väg nämner den gamla dagen. Det skickas inte "
            "igen.",
            "%(num)s mejl som är skickade eller på väg nämner den gamla dagen. De skickas inte "
            "igen.",
            gone,
        )
