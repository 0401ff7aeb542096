"""Planning the year, people, invitations, registrations: what coordinators do."""
from __future__ import annotations

from flask import Blueprint

from annualwheel.web import security

blueprint = Blueprint("coordinator", __name__)
blueprint.before_request(security.staff_only("coordinator", "administrator"))

from annualwheel.web.coordinator import views  # noqa: E402,F401  the views hang on the blueprint
