"""Views."""
from annualwheel.web.coordinator import blueprint


@blueprint.get("/arshjul")
def year() -> str:
    return ""


@blueprint.get("/personer")
def people() -> str:
    return ""


@blueprint.get("/utskick")
def mailings() -> str:
    return ""
