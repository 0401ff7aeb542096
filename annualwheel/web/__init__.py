"""The surfaces: one blueprint an audience, since an access rule belongs to an audience."""

from __future__ import annotations

from flask import Flask
from flask_babel import Babel

from annualwheel.web import (
    addresses,
    admin,
    assets,
    body_limits,
    coordinator,
    error_pages,
    facilitator,
    open,
    owner,
    page,
    participant,
    preparation,
    security,
)


def register(app: Flask) -> None:
    """Gives the application its pages, its guards and its answers to failure."""
    Babel(app, locale_selector=page.language)
    addresses.register(app)
    assets.register(app)
    security.register(app)
    body_limits.register(app)
    page.register(app)
    error_pages.register(app)
    for audience in (open, participant, owner, preparation, coordinator, facilitator, admin):
        app.register_blueprint(audience.blueprint)
