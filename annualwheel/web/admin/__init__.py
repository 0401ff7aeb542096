"""The administrators' pages: accounts, how mail goes out, themes, and what is erased."""

from __future__ import annotations

from flask import Blueprint

from annualwheel.web import security

blueprint = Blueprint("admin", __name__)
blueprint.before_request(security.staff_only("administrator"))

# Last: these modules import the blueprint from here.
from annualwheel.web.admin import erasing, views
