"""How much may be sent to each address: one table, checked before anything is read.

Addresses that need more room than a form of short fields are named here.
"""

from __future__ import annotations

from typing import NamedTuple

from flask import Flask, abort, request

KIB = 1024
MIB = 1024 * KIB


class Limit(NamedTuple):
    """The most bytes of a request's body, and the most fields of the form in it."""

    size: int
    fields: int


# A letter with a diacritic takes six bytes in a form, a picture sign twelve.
FORM = Limit(200 * KIB, 300)
# Every field on a page that holds the longest text that is kept (`values.HARD_CAP`).
LONG_TEXTS = Limit(4 * MIB, 500)
# A tick and a key for each recipient that a list may have.
RECIPIENTS = Limit(200 * KIB, 2_000)
# Two questions for each new organisation in a file.
QUESTIONS_OF_AN_IMPORT = Limit(2 * MIB, 30_000)
FILE = Limit(10 * MIB, 20)

LIMITS = {
    "coordinator.import_start": FILE,
    "coordinator.import_write": QUESTIONS_OF_AN_IMPORT,
    "coordinator.compose": RECIPIENTS,
    "facilitator.write_results": LONG_TEXTS,
    "facilitator.save_results": LONG_TEXTS,
    # Any button of a page of questions sends all that is written on it.
    "preparation.section": LONG_TEXTS,
    "preparation.save": LONG_TEXTS,
    "preparation.add": LONG_TEXTS,
    "preparation.carry": LONG_TEXTS,
    "preparation.move": LONG_TEXTS,
    "preparation.remove": LONG_TEXTS,
    "preparation.restore": LONG_TEXTS,
    "preparation.take_back": LONG_TEXTS,
}


def limit_of(endpoint: str | None) -> Limit:
    """The limit of an endpoint; `FORM` for those not named, and where there is none."""
    return LIMITS.get(endpoint or "", FORM)


def register(app: Flask) -> None:
    """Refuses (413) what is larger, also at addresses that do not exist."""
    app.config["MAX_CONTENT_LENGTH"] = FORM.size

    @app.before_request
    def _refuse_what_is_too_large() -> None:
        limit = limit_of(request.endpoint)
        request.max_content_length = limit.size
        request.max_form_memory_size = limit.size
        request.max_form_parts = limit.fields
        # Werkzeug compares only when somebody reads the body, and many addresses read none.
        if (request.content_length or 0) > limit.size:
            abort(413)
        # The library counts the fields of multipart forms only.
        if request.mimetype == "application/x-www-form-urlencoded" and _fields() > limit.fields:
            abort(413)


def _fields() -> int:
    """How many fields the body has, counted before any of them is parsed."""
    # `get_data` keeps the body, so that the form can still be parsed from it.
    return request.get_data().count(b"&") + 1
