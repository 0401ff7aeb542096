"""Views."""
from annualwheel.web.preparation import blueprint


@blueprint.get("/")
def hub() -> str:
    return ""
