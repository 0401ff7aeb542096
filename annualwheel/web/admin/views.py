"""Views."""
from annualwheel.web.admin import blueprint


@blueprint.get("/installningar")
def settings() -> str:
    return ""
