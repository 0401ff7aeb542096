"""How each organisation's answer stands, never what it says.

Who asks to change it after the last day, and opening it for one alone.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import abort, flash, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response as AnyResponse
from wtforms import TextAreaField
from wtforms.validators import Length

from annualwheel import unit_of_work
from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.errors import Closed, Refused
from annualwheel.models import Meeting, Organisation, Questionnaire, Submission, Year
from annualwheel.preparation import deadline, progress, reopening
from annualwheel.preparation.progress import Progress
from annualwheel.questionnaires import opening, published
from annualwheel.web import error_messages, page, words
from annualwheel.web.coordinator import blueprint
from annualwheel.web.coordinator.fields import day_field, parse_day
from annualwheel.web.forms import BaseForm, Filled, Press, strip
from annualwheel.wording import dates
from annualwheel.wording.collation import swedish

MOST = 1000


class OpenForm(BaseForm):
    """The last day the answer is open again."""

    in_year: int | None = None
    day = day_field(_l("Öppna till och med"))


class RefuseForm(BaseForm):
    """Why not."""

    text = TextAreaField(
        _l("Varför går det inte?"),
        filters=[strip],
        validators=[
            Filled(_l("Skriv varför det inte går")),
            Length(max=MOST, message=_l("Skriv högst 1 000 tecken")),
        ],
        description=_l("Texten kommer med i mejlet till den som frågade och till samordnaren"),
    )


@dataclass(frozen=True)
class Row:
    """An organisation's answer in the list: how far it has come, and what is special with it.

    `title` is that of the questionnaire where it must be named.
    """

    progress: Progress
    title: str
    asked: bool
    open_alone: bool


@blueprint.get("/mote/<int:number>/<meeting:kind>/svar")
def answer_states(number: int, kind: str) -> str:
    """All answers to the meeting's questions, or to those the address names.

    Those who ask for something first, then by name.
    """
    meeting, now = years.meeting_of(number, kind), page.now()
    named = request.args.get("formular", "")
    chosen = [published.one(meeting, named)] if named else meeting.questionnaires
    asked = {one.submission.public_id for one in reopening.waiting(meeting)}
    rows = []
    for questionnaire in chosen:
        alone, title = _open_alone(questionnaire, now), title_of(questionnaire)
        rows += [
            Row(one, title, one.submission in asked, one.submission in alone)
            for one in progress.of_questionnaire(questionnaire)
        ]
    rows.sort(key=_place_in_list)
    return render_template(
        "coordinator/answer_states.html",
        active="year",
        meeting=meeting,
        rows=rows,
        closing=[(title_of(one), opening.closes_at(one)) for one in chosen],
    )


def title_of(questionnaire: Questionnaire) -> str:
    """What the questionnaire is called, "" where it need not be named."""
    if not opening.is_named(questionnaire):
        return ""
    return published.title_of(questionnaire).to(page.language())


def _open_alone(questionnaire: Questionnaire, now: dt.datetime) -> set[str]:
    """The public ids of the answers that are open now for their respondent alone."""
    longer = Submission.reopened_until > max(now, opening.closes_at(questionnaire))
    found = sa.select(Submission.public_id).where(
        Submission.questionnaire_id == questionnaire.id, longer
    )
    return set(db.session.scalars(found))


def _place_in_list(row: Row) -> tuple[Any, ...]:
    names = swedish(row.progress.organisation), swedish(row.progress.person)
    return (not row.asked, not row.open_alone, *names)


@blueprint.get("/mote/<int:number>/<meeting:kind>/svar/<public_id>")
def answer_state(number: int, kind: str, public_id: str) -> AnyResponse:
    """One organisation's answer.

    How it stands, what is asked for, and what a coordinator may do about it.
    """
    meeting = years.meeting_of(number, kind)
    return _page(meeting, reopening.one(meeting, public_id))


@blueprint.post("/mote/<int:number>/<meeting:kind>/svar/<public_id>/oppna")
def open_answer(number: int, kind: str, public_id: str) -> AnyResponse:
    """Opens the answer for its organisation alone to the end of a day."""
    meeting, form = years.meeting_of(number, kind), OpenForm()
    submission = reopening.one(meeting, public_id)
    form.in_year = meeting.year.number
    if not form.accepted():
        return _page(meeting, submission, form_to_open=form)
    try:
        reopening.open_until(submission, parse_day(form.day.data), page.now(), g.staff)
    except (Refused, Closed) as problem:
        db.session.rollback()
        form.day.errors = [error_messages.sentence(problem)]
        return _page(meeting, submission, form_to_open=form)
    unit_of_work.commit()
    day = words.day(parse_day(form.day.data))
    flash(_("Svaret är öppet till och med %(day)s. Vi har mejlat organisationen.", day=day))
    return redirect(_here(meeting, submission), code=303)


@blueprint.post("/mote/<int:number>/<meeting:kind>/svar/<public_id>/neka")
def refuse_change(number: int, kind: str, public_id: str) -> AnyResponse:
    """Says no, with a text."""
    meeting, form = years.meeting_of(number, kind), RefuseForm()
    submission = reopening.one(meeting, public_id)
    if not form.accepted():
        return _page(meeting, submission, refusing=form)
    try:
        reopening.refuse(submission, form.text.data, page.now(), g.staff)
    except Refused as problem:
        db.session.rollback()
        form.text.errors = [error_messages.sentence(problem)]
        return _page(meeting, submission, refusing=form)
    unit_of_work.commit()
    flash(_("Svaret är skickat med e-post."))
    return redirect(_here(meeting, submission), code=303)


@blueprint.post("/mote/<int:number>/<meeting:kind>/svar/<public_id>/stang")
def close_answer(number: int, kind: str, public_id: str) -> AnyResponse:
    """Closes what was opened, before its day."""
    meeting = years.meeting_of(number, kind)
    submission = reopening.one(meeting, public_id)
    if Press().accepted():
        reopening.close(submission, page.now(), g.staff)
        unit_of_work.commit()
        flash(_("Svaret är stängt."))
    return redirect(_here(meeting, submission), code=303)


def answers_of(organisation: Organisation, year: Year) -> list[Submission]:
    """The organisation's answers to the questionnaires of a year's meetings, in meeting order."""
    query = (
        sa.select(Submission)
        .join(Questionnaire)
        .join(Meeting)
        .where(Submission.organisation_id == organisation.id, Meeting.year_id == year.id)
        .options(
            joinedload(Submission.questionnaire).joinedload(Questionnaire.meeting),
            joinedload(Submission.person),
        )
        .order_by(Meeting.starts_at, Submission.id)
    )
    return list(db.session.scalars(query))


def _here(meeting: Meeting, submission: Submission) -> str:
    return url_for(
        "coordinator.answer_state",
        number=meeting.year.number,
        kind=meeting.kind,
        public_id=submission.public_id,
    )


def _page(
    meeting: Meeting,
    submission: Submission,
    form_to_open: OpenForm | None = None,
    refusing: RefuseForm | None = None,
) -> AnyResponse:
    """The page; one of the forms is given when something in it has to be put right."""
    opens = deadline.opens_at(submission)
    waiting = reopening.waiting(meeting)
    posted: BaseForm | None = form_to_open or refusing
    html = render_template(
        "coordinator/answer_state.html",
        active="year",
        meeting=meeting,
        submission=submission,
        standing=_standing(submission),
        request_now=reopening.pending(submission),
        closes=deadline.closes_at(submission),
        opens=opens,
        is_open=deadline.is_open(submission, page.now()),
        most=MOST,
        alone=_is_open_alone(submission),
        form=posted or Press(formdata=None),
        opening=form_to_open or _form_to_open(submission),
        refusing=refusing or RefuseForm(formdata=None),
        ahead=_is_of_use(submission),
        title=title_of(submission.questionnaire),
        others=[one for one in waiting if one.submission_id != submission.id],
    )
    return make_response(html, posted.status if posted else 200)


def _is_of_use(submission: Submission) -> bool:
    """Whether the questionnaire has opened, and the meeting that it prepares is still to come."""
    asked = submission.questionnaire
    if asked.meeting.state != "planned" or page.now() < deadline.opens_at(submission):
        return False
    return not opening.prepares(asked) or page.now() < asked.meeting.starts_at


def _is_open_alone(submission: Submission) -> bool:
    """Whether the answer is open now for its organisation alone."""
    closes = deadline.closes_at(submission)
    return (
        submission.reopened_until is not None and page.now() <= closes == submission.reopened_until
    )


def _form_to_open(submission: Submission) -> OpenForm:
    """The form with the last day that is usual, or that holds already."""
    if _is_open_alone(submission):
        day = dates.as_date(deadline.closes_at(submission))
    else:
        day = reopening.usual_day(submission.questionnaire, page.now())
    return OpenForm(formdata=None, data={"day": day.isoformat()})


def _standing(submission: Submission) -> Progress:
    everybody = progress.of_questionnaire(submission.questionnaire)
    found = next((one for one in everybody if one.submission == submission.public_id), None)
    return found or abort(404)
