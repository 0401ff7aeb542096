"""Reading the submitted answers, and the pack."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from flask import (
    Flask,
    Response,
    abort,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from annualwheel import audit, services
from annualwheel.cycle import years
from annualwheel.models import File, Meeting, Pack
from annualwheel.questionnaires import published
from annualwheel.questionnaires.content import CodeBookQuestion
from annualwheel.transactions import reading
from annualwheel.web import lists, page
from annualwheel.web.acting import carry_out
from annualwheel.web.facilitator import blueprint
from annualwheel.web.forms import Press
from annualwheel.web.lists import Column
from annualwheel.workshop import packs, submitted
from annualwheel.workshop import reading as answers_read
from annualwheel.workshop.states import UNDER_WAY

COLUMNS = (
    Column("name", "namn", _l("Svar från")),
    Column("submitted", "inskickat", _l("Inskickat"), "time"),
    Column("version", "version", _l("Version"), "number"),
)


@blueprint.get("/svar")
def answers() -> str:
    """Lists the meetings of the newest year, or of the one the address names."""
    named = request.args.get("ar", 0, int)
    year = years.by_number(named) if named else years.latest()
    meetings = year.meetings if year else []
    rows = [
        (
            meeting,
            _titles(meeting),
            submitted.answer_counts(meeting),
            submitted.count_asked(meeting),
        )
        for meeting in meetings
    ]
    return render_template(
        "facilitator/answers.html",
        active="answers",
        year=year,
        rows=rows,
        others=years.other_numbers(year.number) if year else [],
    )


@blueprint.get("/svar/<int:number>/<meeting:kind>")
def meeting_answers(number: int, kind: str) -> str:
    """Lists the answers by organisation and by question, and the packs."""
    meeting = years.meeting_of(number, kind)
    asked = lists.ListRequest(COLUMNS, answers_read.BY_NAME)
    respondents = answers_read.by_respondent(meeting, asked.number, asked.order)
    titles = _titles(meeting)
    return render_template(
        "facilitator/meeting.html",
        active="answers",
        meeting=meeting,
        respondents=asked.shown(respondents),
        asked=submitted.count_asked(meeting),
        questions=answers_read.questions(meeting),
        titles=titles,
        answer_counts=submitted.answer_counts(meeting) if titles else {},
        packs=packs.of_meeting(meeting),
        form=Press(),
    )


@blueprint.get("/svar/<int:number>/<meeting:kind>/fran/<public_id>")
def by_respondent(number: int, kind: str, public_id: str) -> str:
    """Shows one organisation's submitted answer."""
    meeting = years.meeting_of(number, kind)
    # Through its own meeting only: the address must not lead to answers of another one.
    answer = submitted.one(public_id, meeting) or abort(404)
    before, after = answers_read.neighbours(meeting, answer.by)
    return render_template(
        "facilitator/respondent.html",
        active="answers",
        meeting=meeting,
        answer=answer,
        title=_titles(meeting).get(answer.by.questionnaire, ""),
        before=before,
        after=after,
        sections=answers_read.sections(answer, page.language()),
    )


@blueprint.get("/svar/<int:number>/<meeting:kind>/fraga/<key>")
def by_question(number: int, kind: str, key: str) -> str:
    """Shows the answers to one question, 50 respondents at a time.

    The address names the questionnaire where the meeting has several.
    """
    meeting = years.meeting_of(number, kind)
    asked, questions = _book_with(meeting, key)
    keys = [question.key for question in questions]
    place = keys.index(key)
    language, number_of_page = page.language(), lists.number()
    leaf = answers_read.by_question(meeting, asked, questions[place], language, number_of_page)
    titles = _titles(meeting)
    return render_template(
        "facilitator/question.html",
        active="answers",
        meeting=meeting,
        question=questions[place],
        which={"formular": asked} if titles else {},
        title=titles.get(asked, ""),
        leaf=leaf,
        respondents=lists.ListPage(leaf.respondents),
        before=questions[place - 1] if place else None,
        after=questions[place + 1] if place + 1 < len(questions) else None,
    )


def _book_with(meeting: Meeting, key: str) -> tuple[str, list[CodeBookQuestion]]:
    """The questionnaire that the address means, with all its questions; 404 without `key` in it.

    An address that names none means one that asks such a question.
    """
    # Two questionnaires may use one key for two questions, so the key alone does not say which.
    named = request.args.get("formular", "")
    found = (
        (asked, questions)
        for asked, questions in answers_read.questions(meeting).items()
        if named in ("", asked) and any(question.key == key for question in questions)
    )
    return next(found, None) or abort(404)


def _titles(meeting: Meeting) -> dict[str, str]:
    """The titles of the meeting's questionnaires, by key; empty where there is only one."""
    if len(meeting.questionnaires) < 2:
        return {}
    language = page.language()
    return {one.key: published.title_of(one).to(language) for one in meeting.questionnaires}


@blueprint.post("/svar/<int:number>/<meeting:kind>/underlag")
def ask_for_pack(number: int, kind: str) -> AnyResponse:
    """Orders a pack. A job builds it."""
    meeting = years.meeting_of(number, kind)
    if not Press().accepted():
        return redirect(url_for("facilitator.meeting_answers", number=number, kind=kind), code=303)
    pack = carry_out(lambda: packs.ask(meeting, g.staff, page.language(), page.now()))
    # After the commit: a worker must find the row.
    services.enqueue("build_pack", pack.id)
    return redirect(url_for("facilitator.pack", public_id=pack.public_id), code=303)


@blueprint.get("/underlag/<public_id>")
def pack(public_id: str) -> Response:
    """Says how far the pack has come, with the button to download it."""
    found = packs.by_public_id(public_id)
    html = render_template(
        "facilitator/pack.html",
        active="answers",
        pack=found,
        meeting=found.meeting,
        titles=_titles(found.meeting),
        is_left=packs.is_left(found, page.now()),
        form=Press(),
    )
    response = make_response(html)
    if found.state in UNDER_WAY:
        # A header and no script: the page follows the job in every browser.
        response.headers["Refresh"] = "2"
    return response


@blueprint.post("/underlag/<public_id>/avbryt")
def cancel_pack(public_id: str) -> AnyResponse:
    """Ends the building of a pack that nobody wants any more."""
    found = packs.by_public_id(public_id)
    if Press().accepted():
        carry_out(lambda: packs.cancel(found, page.now(), audit.staff(g.staff.id)))
    return redirect(url_for("facilitator.pack", public_id=public_id), code=303)


@blueprint.post("/underlag/<public_id>")
def download(public_id: str) -> Response | AnyResponse:
    """Streams the workbook, and notes who took it out."""
    found = packs.by_public_id(public_id)
    if not Press().accepted():
        return redirect(url_for("facilitator.pack", public_id=public_id), code=303)
    # A POST with a button, since it is noted: a GET cannot write.
    file = carry_out(lambda: _taken_out(found))
    # The pieces are read after the request is over, when `current_app` leads nowhere.
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    response = Response(_pieces(file.id, app), mimetype=file.media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{file.name}"'
    # A stream has no length of its own; by this a browser tells a broken download from a whole one.
    response.headers["Content-Length"] = str(file.size)
    return response


def _taken_out(pack: Pack) -> File:
    file, actor = packs.require_file(pack, page.now()), audit.staff(g.staff.id)
    audit.note(actor, "pack_downloaded", pack, page.now(), pack.meeting_id, sha256=file.sha256)
    return file


def _pieces(file_id: int, app: Flask) -> Iterator[bytes]:
    """Each piece in its own context and transaction: a slow receiver must not hold one open."""
    for number in itertools.count():
        with app.app_context(), reading():
            found = packs.piece(file_id, number)
        if found is None:
            return
        yield found
