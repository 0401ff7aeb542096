"""How far each organisation's answer has come, never what it says.

A coordinator sees who asks to change an answer after the last day, and opens it for one alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask import (
    Response,
    abort,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse
from wtforms import TextAreaField
from wtforms.validators import Length

from annualwheel import listing
from annualwheel.cycle import years
from annualwheel.models import Meeting, Questionnaire, Submission
from annualwheel.preparation import deadline, overview, progress, reopening
from annualwheel.preparation.overview import AnswerState
from annualwheel.preparation.progress import Progress
from annualwheel.preparation.states import COUNTED, TO_SUBMIT
from annualwheel.questionnaires import opening, published
from annualwheel.web import lists, page
from annualwheel.web.acting import carried_out, carry_out
from annualwheel.web.coordinator import blueprint
from annualwheel.web.coordinator.fields import day_field, parse_day
from annualwheel.web.forms import BaseForm, Press, Required, strip
from annualwheel.web.list_workbooks import ListWorkbook, taken_out
from annualwheel.web.lists import Column
from annualwheel.web.wording import words
from annualwheel.wording import dates
from annualwheel.workbooks.pages import Column as Sheeted

MOST = 1000


class OpenForm(BaseForm):
    """The last day on which the answer is open again."""

    in_year: int | None = None
    day = day_field(_l("Öppna till och med"))


class RefuseForm(BaseForm):
    """The reason for saying no."""

    text = TextAreaField(
        _l("Varför går det inte?"),
        filters=[strip],
        validators=[
            Required(_l("Skriv varför det inte går")),
            Length(max=MOST, message=_l("Skriv högst 1 000 tecken")),
        ],
        description=_l("Texten kommer med i mejlet till den som frågade och till samordnaren"),
    )


COLUMNS = (
    Column("to_decide", "vantar", _l("De som väntar på oss först"), ""),
    Column("name", "namn", _l("Svar från")),
    Column("state", "lage", _l("Läge"), "rank"),
    Column("sections", "avsnitt", _l("Avsnitt"), "number"),
    Column("changed", "sparat", _l("Senast sparat"), "time"),
    Column("submitted", "inskickat", _l("Inskickat"), "time"),
)


# What the list can be narrowed to, by the word in the address: what is to be reminded, or a state.
GROUPS = {"to_submit": TO_SUBMIT} | {state: (state,) for state in COUNTED}


@blueprint.get("/mote/<int:number>/<meeting:kind>/svar")
def answer_states(number: int, kind: str) -> str:
    """Lists the answers to the meeting's questionnaires, or to the one that the address names.

    The address may name one of `GROUPS`. Those that wait for a coordinator come first, then all by
    name.
    """
    meeting = years.meeting_of(number, kind)
    chosen = _chosen(meeting)
    asked = lists.ListRequest(COLUMNS, overview.TO_DECIDE)
    now, group = page.now(), request.args.get("grupp", "")
    states = GROUPS.get(group, COUNTED)
    found = overview.of_questionnaires(meeting, chosen, now, asked.number, asked.order, states)
    return render_template(
        "coordinator/answer_states.html",
        active="year",
        meeting=meeting,
        found=asked.shown(found),
        title_of=title_of,
        closing=[(title_of(one), opening.closes_at(one)) for one in chosen],
        group=group,
        groups=[(key, _called(key)) for key in GROUPS],
        named=request.args.get("formular", ""),
        to_remind=_to_remind(meeting, chosen),
    )


def _called(group: str) -> str:
    """What a group of answers is called, "" for all."""
    if group == "to_submit":
        return str(_("Inte inskickade"))
    return words.label(group, "submission") if group in GROUPS else ""


def _to_remind(meeting: Meeting, chosen: Sequence[Questionnaire]) -> list[Questionnaire]:
    """Those of the questionnaires that are open, and that somebody has still to submit."""
    states = progress.counts(meeting)
    return [
        one
        for one in chosen
        if opening.is_open(one, page.now()) and any(states[one.id][state] for state in TO_SUBMIT)
    ]


def _chosen(meeting: Meeting) -> Sequence[Questionnaire]:
    """The questionnaire that the address names, else all of the meeting's."""
    named = request.args.get("formular", "")
    return [published.one(meeting, named)] if named else meeting.questionnaires


@blueprint.post("/mote/<int:number>/<meeting:kind>/svar/excel")
def answer_states_workbook(number: int, kind: str) -> Response | AnyResponse:
    """Takes the list out as an Excel file."""
    meeting = years.meeting_of(number, kind)
    chosen = _chosen(meeting)
    asked = lists.ListRequest(COLUMNS, overview.TO_DECIDE)
    group = request.args.get("grupp", "")
    states = GROUPS.get(group, COUNTED)
    about = ListWorkbook(
        _("Hur svaren står"),
        (
            Sheeted(_("Svar från"), 36, wrap=True),
            Sheeted(_("Person"), 24),
            Sheeted(_("Frågor"), 34, wrap=True),
            Sheeted(_("Läge"), 24),
            Sheeted(_("Vill ändra"), 10),
            Sheeted(_("Öppet igen"), 10),
            Sheeted(_("Avsnitt med svar"), 10),
            Sheeted(_("Avsnitt i allt"), 10),
            Sheeted(_("Senast sparat"), 18),
            Sheeted(_("Inskickat"), 18),
            Sheeted(_("Kontakt"), 24),
            Sheeted(_("E-post"), 30),
            Sheeted(_("Mobilnummer"), 18),
        ),
        _as_row,
        [*((_("Frågor"), title_of(one)) for one in chosen), (_("Visa"), _called(group))],
        asked.words,
        meeting,
    )
    return taken_out(
        about,
        lambda: overview.of_questionnaires(
            meeting, chosen, page.now(), listing.WHOLE, asked.order, states
        ),
    )


def _as_row(row: AnswerState) -> tuple[object, ...]:
    one, contact = row.progress, row.contact
    return (
        one.organisation,
        one.person,
        title_of(row.questionnaire),
        words.label(one.state, "submission"),
        _("Ja") if row.asked else None,
        _("Ja") if row.open_alone else None,
        one.answered,
        one.total,
        one.changed_at,
        one.submitted_at,
        *((contact.name, contact.email, contact.mobile) if contact else (None, None, None)),
    )


def title_of(questionnaire: Questionnaire) -> str:
    """The questionnaire's title, "" where it need not be named."""
    if not opening.is_named(questionnaire):
        return ""
    return published.title_of(questionnaire).to(page.language())


@blueprint.get("/mote/<int:number>/<meeting:kind>/svar/<public_id>")
def answer_state(number: int, kind: str, public_id: str) -> AnyResponse:
    """Shows one organisation's answer.

    It says how far the answer has come, what is asked for, and what a coordinator may do about it.
    """
    meeting = years.meeting_of(number, kind)
    return _page(meeting, reopening.one(meeting, public_id))


@blueprint.post("/mote/<int:number>/<meeting:kind>/svar/<public_id>/oppna")
def open_answer(number: int, kind: str, public_id: str) -> AnyResponse:
    """Opens the answer for its organisation alone to the end of a day."""
    meeting, form = years.meeting_of(number, kind), OpenForm()
    submission = reopening.one(meeting, public_id)
    # A day typed without a year is in the meeting's year, as people write it.
    form.in_year = meeting.year.number
    if not carried_out(form, lambda: _opened(submission, form)):
        return _page(meeting, submission, form_to_open=form)
    day = words.day(parse_day(form.day.data))
    flash(_("Svaret är öppet till och med %(day)s. Vi har mejlat organisationen.", day=day))
    return redirect(_here(meeting, submission), code=303)


def _opened(submission: Submission, form: OpenForm) -> None:
    reopening.open_until(submission, parse_day(form.day.data), page.now(), g.staff)


@blueprint.post("/mote/<int:number>/<meeting:kind>/svar/<public_id>/neka")
def refuse_change(number: int, kind: str, public_id: str) -> AnyResponse:
    """Says no, with a text that is mailed."""
    meeting, form = years.meeting_of(number, kind), RefuseForm()
    submission = reopening.one(meeting, public_id)
    if not carried_out(
        form, lambda: reopening.refuse(submission, form.text.data, page.now(), g.staff)
    ):
        return _page(meeting, submission, refusing=form)
    flash(_("Svaret är skickat med e-post."))
    return redirect(_here(meeting, submission), code=303)


@blueprint.post("/mote/<int:number>/<meeting:kind>/svar/<public_id>/stang")
def close_answer(number: int, kind: str, public_id: str) -> AnyResponse:
    """Closes an answer that was opened, before its day."""
    meeting = years.meeting_of(number, kind)
    submission = reopening.one(meeting, public_id)
    if Press().accepted():
        carry_out(lambda: reopening.close(submission, page.now(), g.staff))
        flash(_("Svaret är stängt."))
    return redirect(_here(meeting, submission), code=303)


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
    """Makes the page. One of the forms is given when something in it has to be put right."""
    opens = deadline.opens_at(submission)
    waiting = reopening.waiting(meeting)
    posted: BaseForm | None = form_to_open or refusing
    html = render_template(
        "coordinator/answer_state.html",
        active="year",
        meeting=meeting,
        submission=submission,
        progress=_progress_of(submission),
        request_now=reopening.pending(submission),
        closes=deadline.closes_at(submission),
        opens=opens,
        is_open=deadline.is_open(submission, page.now()),
        most=MOST,
        alone=_is_open_alone(submission),
        # The forms that were not sent must not be filled with what another one sent.
        form=posted or Press(formdata=None),
        opening=form_to_open or _form_to_open(submission),
        refusing=refusing or RefuseForm(formdata=None),
        ahead=_is_of_use(submission),
        title=title_of(submission.questionnaire),
        usual=reopening.usual_day(submission.questionnaire, page.now()),
        others=[one for one in waiting if one.submission_id != submission.id],
    )
    return make_response(html, posted.status if posted else 200)


def _is_of_use(submission: Submission) -> bool:
    """Whether the questionnaire has opened, and the meeting that it prepares is still ahead."""
    asked = submission.questionnaire
    if asked.meeting.state != "planned" or page.now() < deadline.opens_at(submission):
        return False
    # What prepares a meeting is of no use once the meeting has begun; other questions are answered
    # after it.
    return not opening.prepares(asked) or page.now() < asked.meeting.starts_at


def _is_open_alone(submission: Submission) -> bool:
    """Whether the answer is open now for its organisation alone."""
    closes = deadline.closes_at(submission)
    return (
        # Equal only where this answer closes later than the plan: else it is open for everybody.
        submission.reopened_until is not None and page.now() <= closes == submission.reopened_until
    )


def _form_to_open(submission: Submission) -> OpenForm:
    """The form with the last day that is usual, or that holds already."""
    if _is_open_alone(submission):
        day = dates.as_date(deadline.closes_at(submission))
    else:
        day = reopening.usual_day(submission.questionnaire, page.now())
    return OpenForm(formdata=None, data={"day": day.isoformat()})


def _progress_of(submission: Submission) -> Progress:
    # The same numbers as in the list and the reminders, so that they can never disagree.
    everybody = progress.of_questionnaire(submission.questionnaire)
    found = next((one for one in everybody if one.submission == submission.public_id), None)
    return found or abort(404)
