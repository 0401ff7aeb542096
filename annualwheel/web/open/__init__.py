"""Pages anyone may open.

The landing page of a mailed link, a new link, sign-in, health, legal pages.
"""

from __future__ import annotations

from flask import Blueprint

from annualwheel.web import security

blueprint = Blueprint("open", __name__)
blueprint.before_request(security.open_to_all)

from annualwheel.web.open import (
    feed,
    health,
    landing,
    legal,
    mailbox,
    own_data,
    registration,
    signin,
    someone_else,
)
