"""Reading the submitted answers and taking out the pack."""

from __future__ import annotations

from flask import Blueprint

from annualwheel.web import security

blueprint = Blueprint("facilitator", __name__)
blueprint.before_request(security.staff_only("facilitator", "coordinator", "administrator"))

from annualwheel.web.facilitator import results, views
