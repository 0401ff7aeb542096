"""The pages: one blueprint for each audience, since an access rule belongs to an audience."""

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
    templating,
)


def register(app: Flask) -> None:
    """Gives the application its pages, its guards and its answers to failure."""
    # Before anything asks for the templates.
    app.jinja_environment = templating.InPlace
    Babel(app, locale_selector=page.locale)
    # A rule that uses a converter is refused unless the converter is known when the rule is added.
    addresses.register(app)
    assets.register(app)
    # These hooks run in this order: `page` reads the form, so the size must have been checked
    # before it, and the page that refuses needs the nonce.
    security.register(app)
    body_limits.register(app)
    page.register(app)
    error_pages.register(app)
    for audience in (open, participant, owner, preparation, coordinator, facilitator, admin):
        app.register_blueprint(audience.blueprint)
