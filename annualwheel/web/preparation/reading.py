"""One's own answer to read and to keep: what was submitted, and the draft as it stands."""
from __future__ import annotations

from flask import g, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from annualwheel import dates, names
from annualwheel.questionnaires import drafts, published, submission
from annualwheel.web import page
from annualwheel.web.preparation import blueprint, overview
from annualwheel.web.preparation.overview import Block
from annualwheel.web.preparation.steps import standing


@blueprint.get("/svar")
def answer() -> str:
    """The submitted answer, or the draft when nothing has been submitted or it is asked for (`visa=utkast`)."""
    version = submission.latest(g.member.submission)
    draft = version is None or request.args.get("visa") == "utkast"
    return render_template("preparation/answer.html", version=version, draft=draft, blocks=_blocks(draft),
                           file_url=url_for("preparation.download", visa="utkast" if draft else None),
                           **standing(g.member.submission))


@blueprint.get("/svar.txt")
def download() -> Response:
    """The same as plain text, for those who want to keep it."""
    version = submission.latest(g.member.submission)
    draft = version is None or request.args.get("visa") == "utkast"
    text = render_template("preparation/answer.txt", version=version, draft=draft, blocks=_blocks(draft),
                           **standing(g.member.submission))
    response = make_response(text.replace("\n", "\r\n"))
    response.mimetype = "text/plain"
    response.headers.set("Content-Disposition", "attachment", filename=_file_name())
    return response


def _blocks(draft: bool) -> list[Block]:
    answer_of = g.member.submission
    version = None if draft else submission.latest(answer_of)
    if version is not None:
        return overview.of_content(version.content, page.language())
    return overview.blocks(published.definition_of(answer_of.questionnaire), drafts.load(answer_of))


def _file_name() -> str:
    """"svar-arbetsmotet-2027-01-22.txt": ASCII, so that every browser keeps it."""
    meeting = g.member.submission.questionnaire.meeting
    name = names.meeting(meeting.kind, "sv").split(" ")[0].translate(str.maketrans("åäö", "aao"))
    return f"svar-{name}-{dates.as_date(meeting.starts_at).isoformat()}.txt"
