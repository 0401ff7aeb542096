"""Coming without an invitation.

Open registration, a missing organisation, a forwarded link, colleagues in one go.
"""

from __future__ import annotations

from scenes.scene import Press, Scene
from scenes.worlds.full_mailbox import FULL

HERE = "/anmal/2027/riktningsmote"
OWN = HERE + "?organisation={organisation}"
EVA = {"given": "Eva", "family": "Provnord", "email": "eva"}
RUT = {"given_1": "Rut", "family_1": "Provgren", "email_1": "rut.provgren@kommun.example"}
COLLEAGUES = "/anmalan/kollegor"
REQUEST = "/saknade-organisationer/{missing}"


def _staff(
    name: str, endpoint: str, address: str, *presses: Press, status: int = 200, at: str = "now"
) -> Scene:
    return Scene(
        name, f"coordinator.{endpoint}", "year", "coordinator", address, presses, status, at
    )


SCENES = (
    Scene("start-oppna-moten", "open.start", "year", "", "/"),
    Scene("om-motet", "open.meeting", "year", "", "/moten/2027/riktningsmote"),
    Scene("om-motet-oppet", "open.meeting", "turns", "", "/moten/2027/arbetsmote"),
    Scene("om-motet-installt", "open.meeting", "turns", "", "/moten/2027/konferens"),
    Scene("om-motet-efter", "open.meeting", "turns", "", "/moten/2027/arbetsmote", at="held"),
    Scene("oppen-anmalan", "open.apply", "year", "", HERE),
    Scene("oppen-anmalan-traffar", "open.apply", "year", "", HERE + "?sok=kommun"),
    Scene("oppen-anmalan-en-traff", "open.apply", "year", "", HERE + "?sok=komun"),
    Scene("oppen-anmalan-ingen-traff", "open.apply", "year", "", HERE + "?sok=qqq"),
    Scene("oppen-anmalan-uppgifter", "open.apply", "year", "", OWN),
    Scene("oppen-anmalan-fel", "open.apply", "year", "", OWN, (Press(EVA | {"given": ""}),), 422),
    Scene(
        "oppen-anmalan-gammal-sida",
        "open.apply",
        "year",
        "",
        OWN,
        (Press({"csrf_token": "gammal"}),),
        422,
    ),
    Scene(
        "oppen-anmalan-stangde-nyss",
        "open.apply",
        "year",
        "",
        OWN,
        (Press(EVA, at="closed_to_all"),),
        410,
    ),
    Scene(
        "oppen-anmalan-full",
        "open.apply",
        "turns",
        "",
        "/anmal/2027/arbetsmote?organisation={hagfors}",
    ),
    Scene("oppen-anmalan-inte-an", "open.apply", "year", "", "/anmal/2027/konferens"),
    Scene("oppen-anmalan-stangd", "open.apply", "year", "", "/anmal/2027/arbetsmote"),
    Scene("oppen-anmalan-for-inbjudna", "open.apply", "turns", "", HERE),
    Scene("oppen-anmalan-installt", "open.apply", "turns", "", "/anmal/2027/konferens"),
    Scene("oppen-anmalan-efter", "open.apply", "turns", "", "/anmal/2027/arbetsmote", at="held"),
    Scene("oppen-anmalan-skickat", "open.applied", "year", "", HERE + "/skickat"),
    Scene("saknas", "open.organisation_missing", "year", "", HERE + "/saknas?sok=Byalaget"),
    Scene(
        "saknas-fel",
        "open.organisation_missing",
        "year",
        "",
        HERE + "/saknas",
        (Press(EVA | {"organisation": "Hagfors kommun"}),),
        422,
    ),
    Scene(
        "saknas-stangd", "open.organisation_missing", "year", "", "/anmal/2027/arbetsmote/saknas"
    ),
    Scene("saknas-skickat", "open.organisation_asked", "year", "", HERE + "/saknas/skickat"),
    Scene("inbjudan-obekraftad", "open.landing", "year", "", "{unconfirmed_link}"),
    Scene(
        "inbjudan-obekraftad-stangd",
        "open.landing",
        "year",
        "",
        "{unconfirmed_link}",
        at="closed_to_all",
    ),
    Scene("nagon-annan", "open.someone_else", "year", "", "{invited_link}/kollega"),
    Scene(
        "nagon-annan-fel",
        "open.someone_else",
        "year",
        "",
        "{invited_link}/kollega",
        (Press(EVA),),
        422,
    ),
    Scene("nagon-annan-for-inbjudna", "open.someone_else", "turns", "", "{asked_link}/kollega"),
    Scene(
        "nagon-annan-dod-lank", "open.someone_else", "empty", "", "/i/avklippt/kollega", status=404
    ),
    Scene(
        "ersattare-vidarebefordrad",
        "participant.substitute",
        "year",
        "invited",
        "/anmalan/ersattare?vem=jag",
    ),
    Scene(
        "ersattare-vidarebefordrad-plats",
        "participant.substitute",
        "year",
        "registered",
        "/anmalan/ersattare?vem=jag",
    ),
    Scene("ersatt-vidarebefordrad", "open.handed_over", "year", "handed_over", "/ersatt?vem=jag"),
    Scene(
        "ersatt-vidarebefordrad-inbjudan",
        "open.handed_over",
        "year",
        "handed_over_invitation",
        "/ersatt?vem=jag",
    ),
    Scene("kollegor", "participant.colleagues_in_one_go", "year", "registered", COLLEAGUES),
    Scene(
        "kollegor-tva",
        "participant.colleagues_in_one_go",
        "year",
        "registered",
        COLLEAGUES,
        (Press({"given_1": "Rut"}, "lagg_till=1"),),
    ),
    Scene(
        "kollegor-fel",
        "participant.colleagues_in_one_go",
        "year",
        "registered",
        COLLEAGUES,
        (Press(RUT, "lagg_till=1"), Press({"given_2": "Ivar", "email_2": "ivar"})),
        422,
    ),
    Scene(
        "kollegor-for-manga-mejl",
        "participant.colleagues_in_one_go",
        "year",
        "registered",
        COLLEAGUES,
        (Press(RUT | {"email_1": FULL}),),
        422,
    ),
    Scene("kollegor-okand", "participant.colleagues_in_one_go", "year", "claiming", COLLEAGUES),
    Scene("ersattare-okand", "participant.substitute", "year", "claiming", "/anmalan/ersattare"),
    Scene(
        "ersattare-for-manga-mejl",
        "participant.substitute",
        "year",
        "registered",
        "/anmalan/ersattare",
        (Press({"given": "Rut", "family": "Provgren", "email": FULL, "message": "Kul!"}),),
        422,
    ),
    Scene(
        "oppen-anmalan-for-manga-mejl",
        "open.apply",
        "year",
        "",
        OWN,
        (Press(EVA | {"email": FULL}),),
        422,
    ),
    Scene(
        "kollegor-inte-anmald", "participant.colleagues_in_one_go", "year", "declined", COLLEAGUES
    ),
    Scene(
        "kollegor-for-inbjudna", "participant.colleagues_in_one_go", "turns", "moved", COLLEAGUES
    ),
    Scene(
        "kollegor-klart", "participant.colleagues_done", "year", "brought", COLLEAGUES + "/klart"
    ),
    Scene(
        "kollegor-ingen-ny",
        "participant.colleagues_done",
        "year",
        "brought_nobody",
        COLLEAGUES + "/klart",
    ),
    _staff(
        "saknade-organisationer",
        "organisation_requests",
        "/mote/2027/riktningsmote/saknade-organisationer",
    ),
    _staff(
        "saknade-organisationer-inga",
        "organisation_requests",
        "/mote/2027/konferens/saknade-organisationer",
    ),
    _staff("saknad-organisation", "organisation_request", REQUEST),
    _staff("saknad-organisation-sok", "organisation_request", REQUEST + "?sok=qqq"),
    _staff(
        "saknad-organisation-valj-fel",
        "organisation_request",
        REQUEST,
        Press({}, form="/valj"),
        status=422,
    ),
    _staff(
        "saknad-organisation-ny-fel",
        "organisation_request",
        REQUEST,
        Press({"name": ""}, form="/ny"),
        status=422,
    ),
    _staff(
        "saknad-organisation-nej-fel",
        "organisation_request",
        REQUEST,
        Press({}, form="/nej"),
        status=422,
    ),
    _staff("saknad-organisation-efter", "organisation_request", REQUEST, at="direction_held"),
    _staff(
        "saknad-organisation-besvarad",
        "organisation_request",
        "/saknade-organisationer/{missing_answered}",
    ),
)
