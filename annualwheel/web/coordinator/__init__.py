"""The coordinators' pages: the year, people, invitations, registrations, answers."""

from __future__ import annotations

from flask import Blueprint

from annualwheel.web import security
from annualwheel.web.coordinator import came_from
from annualwheel.web.wording import staff_words, words

blueprint = Blueprint("coordinator", __name__)
blueprint.before_request(security.staff_only("coordinator", "administrator"))
blueprint.context_processor(came_from.values)
blueprint.add_app_template_filter(words.when_shown(staff_words.say))

# Last: these modules import the blueprint from here, and importing them adds their views.
from annualwheel.web.coordinator.answers import change_requests
from annualwheel.web.coordinator.contacts import (
    deletion_requests,
    departing,
    imports,
    organisations,
    people,
)
from annualwheel.web.coordinator.mailings import following, mail_log, mail_server, sendings
from annualwheel.web.coordinator.meetings import (
    joining,
    meeting,
    reschedule,
    settings,
    time_plan,
    year,
)
from annualwheel.web.coordinator.registrations import (
    acts,
    needs,
    on_behalf,
    organisation_requests,
    registrations,
    waiting_list,
)
