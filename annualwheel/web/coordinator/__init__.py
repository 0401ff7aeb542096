"""Planning the year, people, invitations, registrations: what coordinators do."""

from __future__ import annotations

from flask import Blueprint

from annualwheel.web import security, words
from annualwheel.web.coordinator import wording

blueprint = Blueprint("coordinator", __name__)
blueprint.before_request(security.staff_only("coordinator", "administrator"))
blueprint.add_app_template_filter(words.when_shown(wording.say))

# The views hang on the blueprint.
from annualwheel.web.coordinator import (  # noqa: E402,F401
    change_requests,
    contacts_import,
    deletion_requests,
    mailbox,
    meeting,
    moving,
    organisation_requests,
    organisations,
    people,
    registrations,
    sendings,
    settings,
    standing_in,
    waiting,
    year,
)
