"""Staff accounts and the mail settings."""

from __future__ import annotations

from flask import Blueprint

from annualwheel.web import security

blueprint = Blueprint("admin", __name__)
blueprint.before_request(security.staff_only("administrator"))

from annualwheel.web.admin import erasing, views
