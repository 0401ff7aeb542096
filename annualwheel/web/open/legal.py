"""The pages the law asks for, and the start page."""
from __future__ import annotations

from flask import abort, render_template

from annualwheel.house import house
from annualwheel.registrations import applications
from annualwheel.web import components, page
from annualwheel.web.open import blueprint


@blueprint.get("/")
def start() -> str:
    """What this is, the ways in, and the meetings that anyone may register for now."""
    return render_template("open/start.html", meetings=applications.open_meetings(page.now()))


@blueprint.get("/tillganglighet")
def accessibility() -> str:
    """The accessibility statement (DOS-lagen 2018:1937)."""
    return render_template("open/accessibility.html")


@blueprint.get("/personuppgifter")
def privacy() -> str:
    """How personal data are handled (GDPR art. 13 and 14)."""
    return render_template("open/privacy.html")


@blueprint.get("/kakor")
def cookies() -> str:
    """The one cookie (LEK 9 kap. 28 §)."""
    return render_template("open/cookies.html")


@blueprint.get("/kontakt")
def contact() -> str:
    """Who to ask."""
    return render_template("open/contact.html")


@blueprint.get("/komponenter")
def components_page() -> str:
    """Every part pages are built of, for those who develop; not in production."""
    if house().settings.environment == "production":
        abort(404)
    return render_template("komponenter.html", **components.examples(page.language()))
