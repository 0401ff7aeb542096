"""What there is to do now for a meeting, most urgent first."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from annualwheel.cycle import years
from annualwheel.mail.mailing_states import HELD
from annualwheel.mailings import log
from annualwheel.models import ChangeRequest, Mailing, Meeting, Phase
from annualwheel.participation import organisation_requests
from annualwheel.preparation import reopening
from annualwheel.preparation.states import COUNTED, HAS_SUBMITTED
from annualwheel.questionnaires import opening
from annualwheel.registrations import joining
from annualwheel.registrations.turnout import Funnel, Turnout, funnel, turnout
from annualwheel.web.coordinator.meetings import asked as questionnaires_asked
from annualwheel.web.coordinator.meetings.asked import QuestionnaireCounts
from annualwheel.web.wording import words

SOON = dt.timedelta(days=30)
ICONS = {"err": "warn", "warn": "warn", "info": "half"}


@dataclass(frozen=True)
class Status:
    """A meeting as the pages show it, with its numbers."""

    meeting: Meeting
    funnel: Funnel
    turnout: list[Turnout]
    asked: list[QuestionnaireCounts]
    stopped: Counter[str]
    mailings: dict[str, list[Mailing]]
    asking: list[ChangeRequest]
    unlisted: int
    untold: int

    @classmethod
    def of(cls, meeting: Meeting) -> Status:
        """The numbers now. It takes the same number of queries however many people there are."""
        mailings: dict[str, list[Mailing]] = {}
        for mailing in log.mailings_of(meeting):
            mailings.setdefault(mailing.kind, []).append(mailing)
        return cls(
            meeting=meeting,
            funnel=funnel(meeting),
            turnout=turnout(meeting),
            asked=questionnaires_asked.of(meeting, mailings.get("preparation", [])),
            stopped=log.count_by_state(log.LogFilter(group="stopped", meeting_id=meeting.id)),
            mailings=mailings,
            asking=reopening.waiting(meeting),
            unlisted=organisation_requests.count(meeting),
            untold=joining.count_untold(meeting),
        )

    @property
    def missing(self) -> int:
        """How many organisations have nobody who is registered."""
        return sum(one.missing for one in self.turnout)

    def share(self, phase: str) -> float:
        """How much of a phase is done, 0 to 1."""
        if phase == "registration" and self.funnel.invited:
            return self.funnel.answered / self.funnel.invited
        if phase == "preparation" and self.answers:
            return self.submitted / self.answers
        if phase == "invitation" and self.funnel.invited:
            return 1.0
        return 0.0

    @property
    def answers(self) -> int:
        """How many answers to what prepares the meeting there are to come, or have come."""
        return self._begun(*COUNTED)

    @property
    def submitted(self) -> int:
        """How many of them have been submitted."""
        return self._begun(*HAS_SUBMITTED)

    def _begun(self, *states: str) -> int:
        """How many answers to what prepares the meeting are in one of the states."""
        preparing = [one for one in self.asked if opening.prepares(one.questionnaire)]
        return sum(one.states[state] for one in preparing for state in states)


def to_do(status: Status, now: dt.datetime) -> list[dict[str, Any]]:
    """What a coordinator has to do for the meeting, for the macro `todo`."""
    meeting = status.meeting
    # Nobody is invited or reminded any more; what people ask for, and the results, are still to be
    # done.
    if meeting.state != "planned" or now >= meeting.starts_at:
        follow_up = _questions(status, now, "after") if meeting.state == "planned" else []
        return [*_stopped(status), *_asking(status), *follow_up, *_results(status, now)]
    return [
        *_stopped(status),
        *_asking(status),
        *_invitations(status, now),
        *_preparation(status, now),
        *_answers(status, now),
        *_joining(status),
    ]


def row(tone: str, badge: str, title: str, text: str, link: str, href: str) -> dict[str, Any]:
    """A thing to do, for the macro `todo`: how urgent, what it is, and where one does it."""
    return {
        "tone": tone,
        "badge_text": badge,
        "icon": ICONS.get(tone, "dot"),
        "title": title,
        "text": text,
        "link": link,
        "href": href,
    }


def _url(endpoint: str, meeting: Meeting, **values: Any) -> str:
    number, kind = meeting.year.number, meeting.kind
    return url_for(f"coordinator.{endpoint}", number=number, kind=kind, **values)


def _stopped(status: Status) -> list[dict[str, Any]]:
    rows, meeting = _undelivered(status), status.meeting
    if status.unlisted:
        title = ngettext(
            "%(num)s organisation saknas i registret",
            "%(num)s organisationer saknas i registret",
            status.unlisted,
        )
        text = _("Någon vill anmäla sig för en organisation som inte finns med")
        href = _url("organisation_requests", meeting)
        rows.append(row("warn", _("Väntar"), title, text, _("Svara på frågan"), href))
    mailings = (mailing for several in status.mailings.values() for mailing in several)
    return rows + [_held(mailing) for mailing in mailings if mailing.state in HELD]


def _undelivered(status: Status) -> list[dict[str, Any]]:
    """The rows about mails that stopped: those that never left, and those that did not arrive."""
    rows, meeting, expired = [], status.meeting, status.stopped["expired"]
    others = status.stopped.total() - expired
    if others:
        title = ngettext("%(num)s mejl kom inte fram", "%(num)s mejl kom inte fram", others)
        text, link = _("Rätta adressen, så skickas mejlet igen"), _("Rätta adresser")
        href = url_for("coordinator.mailings", mote=meeting.id, lage="stopped")
        rows.append(row("err", _("Mejl stoppat"), title, text, link, href))
    if expired:
        title = ngettext("%(num)s mejl gick inte iväg", "%(num)s mejl gick inte iväg", expired)
        text, link = _("Inget säger att adresserna är fel"), _("Skicka dem igen")
        href = url_for("coordinator.mailings", mote=meeting.id, lage="expired")
        rows.append(row("err", _("Mejl stoppat"), title, text, link, href))
    return rows


def _held(mailing: Mailing) -> dict[str, Any]:
    """The row about a mailing that waits for somebody."""
    link, href = _("Visa utskicket"), url_for("coordinator.sending", public_id=mailing.public_id)
    if mailing.state == "paused":
        title, text = _("Ett utskick är pausat"), _("Inget mer skickas förrän du fortsätter")
        return row("warn", _("Pausat"), title, text, link, href)
    title = _("Ett utskick har stannat")
    text = _("Mejlservern tar inte emot det. Adresserna är det inget fel på")
    return row("err", _("Mejl stoppat"), title, text, link, href)


def _asking(status: Status) -> list[dict[str, Any]]:
    """The row for those who ask to change their answer after the last day.

    Its link opens the one who has waited longest.
    """
    if not status.asking:
        return []
    # The requests come with the oldest first.
    first = status.asking[0]
    title = ngettext(
        "%(num)s vill ändra sitt svar", "%(num)s vill ändra sina svar", len(status.asking)
    )
    text = _(
        "%(organisation)s frågade %(day)s",
        organisation=first.submission.organisation.name,
        day=words.day_month(first.asked_at),
    )
    href = _url("answer_state", status.meeting, public_id=first.submission.public_id)
    return [row("warn", _("Väntar på svar"), title, text, _("Öppna eller säg nej"), href)]


def _results(status: Status, now: dt.datetime) -> list[dict[str, Any]]:
    """The row about the results after the meeting: to be written, published or mailed."""
    meeting = status.meeting
    if meeting.state == "cancelled" or now < meeting.ends_at or not status.funnel.invited:
        return []
    if meeting.results_at is None:
        closes = years.phase(meeting, "followup").closes_at
        return [
            row(
                "warn" if now > closes else "info",
                _("Att göra"),
                _("Resultatet är inte publicerat"),
                _("Enligt planen %(day)s", day=words.day_month(closes)),
                _("Skriv resultatet"),
                url_for("facilitator.write_results", number=meeting.year.number, kind=meeting.kind),
            )
        ]
    if "results" in status.mailings:
        return []
    return [
        row(
            "info",
            _("Att göra"),
            _("Resultatet är publicerat"),
            _("Mejlet om resultatet är inte skickat"),
            _("Skicka mejlet"),
            _url("compose", meeting, what="resultat"),
        )
    ]


def _invitations(status: Status, now: dt.datetime) -> list[dict[str, Any]]:
    meeting, funnel = status.meeting, status.funnel
    if funnel.invited or "invitation" in status.mailings:
        return []
    phase = years.phase(meeting, "invitation")
    late = now >= phase.opens_at
    days = words.period(phase.opens_at, phase.closes_at)
    return [
        row(
            "warn" if late else "",
            _("Att göra") if late else _("Planerat"),
            _("Ingen är inbjuden än"),
            _("Inbjudan enligt planen %(days)s", days=days),
            _("Bjud in"),
            _url("compose", meeting, what="inbjudan"),
        )
    ]


def _answers(status: Status, now: dt.datetime) -> list[dict[str, Any]]:
    meeting, funnel, rows = status.meeting, status.funnel, []
    closes = years.phase(meeting, "registration").closes_at
    remind = _("Skicka påminnelse")
    if funnel.invited and status.missing:
        title = ngettext(
            "%(num)s organisation utan anmälan",
            "%(num)s organisationer utan anmälan",
            status.missing,
        )
        text, link = _("Ingen därifrån är anmäld än"), _("Se listan")
        rows.append(row("warn", _("Saknas"), title, text, link, _url("missing", meeting)))
    if funnel.unanswered and years.is_open(meeting, "registration", now):
        title = ngettext("%(num)s har inte svarat", "%(num)s har inte svarat", funnel.unanswered)
        text = _("Sista dag är %(day)s", day=words.day_month(closes))
        rows.append(row("info", _("Pågår"), title, text, remind, _remind(meeting, "unanswered")))
    if funnel.to_reconfirm:
        title = ngettext(
            "%(num)s behöver bekräfta ny dag",
            "%(num)s behöver bekräfta ny dag",
            funnel.to_reconfirm,
        )
        text = _("Mötet är flyttat, och de har inte svarat om den nya dagen")
        rows.append(row("warn", _("Väntar"), title, text, remind, _remind(meeting, "to_reconfirm")))
    return rows


def _remind(meeting: Meeting, group: str) -> str:
    return _url("compose", meeting, what="paminnelse", grupp=group)


def _joining(status: Status) -> list[dict[str, Any]]:
    """The row about seats whose owner has not been told how one joins."""
    if not status.untold:
        return []
    title = ngettext(
        "%(num)s person med plats har inte fått veta hur man deltar",
        "%(num)s personer med plats har inte fått veta hur man deltar",
        status.untold,
    )
    text = _("De fick sin plats innan det skrevs eller ändrades")
    href = _url("compose", status.meeting, what="sa-deltar-man")
    return [row("warn", _("Att göra"), title, text, _("Mejla dem hur man deltar"), href)]


def _unpublished(meeting: Meeting, phase: Phase, now: dt.datetime) -> list[dict[str, Any]]:
    """The row about questions that are not published though the preparation opens soon."""
    if now < phase.opens_at - SOON:
        return []
    late = now >= phase.opens_at
    return [
        row(
            "warn" if late else "",
            _("Att göra") if late else _("Planerat"),
            _("Förberedelsen öppnar %(day)s", day=words.day_month(phase.opens_at)),
            _("Frågorna är inte publicerade än"),
            _("Granska frågorna"),
            _url("meeting", meeting) + "#forberedelse",
        )
    ]


def _preparation(status: Status, now: dt.datetime) -> list[dict[str, Any]]:
    meeting = status.meeting
    if not opening.preparing(meeting):
        return _unpublished(meeting, years.phase(meeting, "preparation"), now)
    return _questions(status, now, "before")


def _questions(status: Status, now: dt.datetime, timing: str) -> list[dict[str, Any]]:
    """The rows of the open questionnaires that are asked before the meeting, or after it."""
    found = []
    for one in status.asked:
        # A questionnaire that has closed asks for nothing: nobody can answer it.
        if one.questionnaire.timing == timing and one.opens_at <= now <= one.closes_at:
            found += _of_questionnaire(status.meeting, one)
    return found


def _of_questionnaire(meeting: Meeting, one: QuestionnaireCounts) -> list[dict[str, Any]]:
    # The address names the questionnaire only where there are several.
    which = {"formular": one.questionnaire.key} if one.title else {}
    if not one.mailed:
        return [
            row(
                "warn",
                _("Att göra"),
                _("%(title)s är öppen", title=one.title)
                if one.title
                else _("Förberedelsen är öppen"),
                _("Mejlet om frågorna är inte skickat")
                if one.title
                else _("Mejlet om förberedelsen är inte skickat"),
                _("Skicka mejlet"),
                _url("compose", meeting, what="forberedelse", **which),
            )
        ]
    left = one.undecided
    if not left:
        return []
    title = ngettext("%(num)s svar är inte inskickat", "%(num)s svar är inte inskickade", left)
    return [
        row(
            "info",
            _("Pågår"),
            f"{one.title}: {title}" if one.title else title,
            _("Sista dag är %(day)s", day=words.day_month(one.closes_at)),
            _("Skicka påminnelse"),
            _url("compose", meeting, what="paminnelse-forberedelse", **which),
        )
    ]
