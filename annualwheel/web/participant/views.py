"""Views."""
from annualwheel.web.participant import blueprint


@blueprint.get("/")
def confirmation() -> str:
    return ""
