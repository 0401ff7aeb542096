"""The own answer to read and to keep: what was submitted, and the draft as it is now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, g, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from annualwheel.models import SubmissionVersion
from annualwheel.preparation import drafts, submission
from annualwheel.questionnaires import published
from annualwheel.web import page
from annualwheel.web.parts import submitted_content
from annualwheel.web.parts.submitted_content import Block
from annualwheel.web.preparation import blueprint, overview
from annualwheel.web.preparation.steps import page_head
from annualwheel.wording import dates, names


@blueprint.get("/svar")
def answer() -> str:
    """Shows the submitted answer, or the draft.

    It is the draft when nothing has been submitted or the address asks for it (`visa=utkast`).
    `version` asks for an earlier version.
    """
    shown = _shown()
    return render_template(
        "preparation/answer.html",
        version=shown.version,
        versions=shown.versions,
        draft=shown.draft,
        blocks=shown.blocks,
        file_url=url_for("preparation.download", **shown.asked),
        **page_head(g.member.submission),
    )


@blueprint.get("/svar.txt")
def download() -> Response:
    """Gives the same as plain text, for those who want to keep it."""
    shown = _shown()
    text = render_template(
        "preparation/answer.txt",
        version=shown.version,
        draft=shown.draft,
        blocks=shown.blocks,
        **page_head(g.member.submission),
    )
    response = make_response(text.replace("\n", "\r\n"))
    response.mimetype = "text/plain"
    response.headers.set("Content-Disposition", "attachment", filename=_file_name(shown))
    return response


@dataclass(frozen=True)
class ShownAnswer:
    """The draft or a version, to read.

    It has all `versions`, the last first, and what the address `asked` for.
    """

    draft: bool
    version: SubmissionVersion | None
    versions: Sequence[SubmissionVersion]
    blocks: list[Block]
    asked: dict[str, Any]


def _shown() -> ShownAnswer:
    answer_of = g.member.submission
    versions = submission.versions(answer_of)
    number = request.args.get("version", 0, int)
    version = _version(versions, number)
    asks_for_draft = request.args.get("visa") == "utkast" and not number
    asked: dict[str, Any]
    if version is None or asks_for_draft:
        definition = published.asked_of(answer_of)
        blocks = overview.blocks(definition, drafts.load(answer_of))
        asked = {"visa": "utkast"} if version else {}
        return ShownAnswer(True, version, versions, blocks, asked)
    # A version is read by the labels it carries: it says the same when the questions have changed.
    blocks = submitted_content.of_content(version.content, page.language())
    asked = {"version": number} if number else {}
    return ShownAnswer(False, version, versions, blocks, asked)


def _version(versions: Sequence[SubmissionVersion], number: int) -> SubmissionVersion | None:
    """The version with that number, the last one for 0; None when nothing has been submitted."""
    if not number:
        return versions[0] if versions else None
    return next((one for one in versions if one.number == number), None) or abort(404)


def _file_name(shown: ShownAnswer) -> str:
    """ "svar-arbetsmotet-2027-01-22.txt": ASCII, so that every browser keeps the name.

    The name says so when the file is an earlier version or a draft.
    """
    meeting = g.member.submission.questionnaire.meeting
    name = names.meeting(meeting.kind, "sv").split(" ")[0].translate(str.maketrans("åäö", "aao"))
    day = dates.as_date(meeting.starts_at).isoformat()
    return f"svar-{name}-{day}{_which(shown)}.txt"


def _which(shown: ShownAnswer) -> str:
    if shown.draft:
        return "-utkast"
    if shown.asked and shown.version:
        return f"-version-{shown.version.number}"
    return ""
