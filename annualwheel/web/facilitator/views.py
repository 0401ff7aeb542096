"""Views."""
from annualwheel.web.facilitator import blueprint


@blueprint.get("/svar")
def answers() -> str:
    return ""
