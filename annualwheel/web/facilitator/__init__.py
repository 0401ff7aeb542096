"""The facilitators' pages: the submitted answers, the pack and the results."""

from __future__ import annotations

from flask import Blueprint

from annualwheel.web import security

blueprint = Blueprint("facilitator", __name__)
blueprint.before_request(security.staff_only("facilitator", "coordinator", "administrator"))

# Last: these modules import the blueprint from here.
from annualwheel.web.facilitator import results, results_saving, views
