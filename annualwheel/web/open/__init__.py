"""Pages that anyone may open.

They are the landing page of a mailed link, a new link, open registration, sign-in, health and the
legal pages.
"""

from __future__ import annotations

from flask import Blueprint

from annualwheel.web import security

blueprint = Blueprint("open", __name__)
blueprint.before_request(security.open_to_all)

# Last: these modules import the blueprint from here.
from annualwheel.web.open import (
    feed,
    health,
    landing,
    legal,
    mailbox,
    meeting,
    own_data,
    registration,
    signin,
    someone_else,
)
