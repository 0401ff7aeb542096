"""People, organisations and imports, as coordinators see them."""

from __future__ import annotations

from scenes.scene import Press, Scene


def _scene(
    name: str, endpoint: str, address: str, *presses: Press, world: str = "year", status: int = 200
) -> Scene:
    return Scene(name, f"coordinator.{endpoint}", world, "coordinator", address, presses, status)


SCENES = (
    _scene("personer", "people", "/personer"),
    _scene("personer-inga", "people", "/personer", world="empty"),
    _scene("personer-sok", "people", "/personer?sok=exempelgren"),
    _scene("personer-sorterade", "people", "/personer?visa=alla&ordning=-organisation&sida=2"),
    _scene("personer-ingen-traff", "people", "/personer?sok=qqq"),
    _scene("person", "person", "/personer/{person}"),
    _scene(
        "person-plats-fel",
        "person",
        "/personer/{person}",
        Press({}, form="/organisationer"),
        status=422,
    ),
    _scene("person-ny", "person_new", "/personer/ny"),
    _scene("person-ny-fel", "person_new", "/personer/ny", Press({"email": "anna"}), status=422),
    _scene("person-inaktiv", "person_inactive", "/personer/{person}/inaktiv"),
    _scene(
        "person-avsluta",
        "person_place_end",
        "/personer/{person}/organisationer/{place}/avsluta",
    ),
    _scene("person-andra", "person_edit", "/personer/{person}/andra"),
    _scene(
        "person-andra-fel",
        "person_edit",
        "/personer/{person}/andra",
        Press({"family": "", "email": ""}),
        status=422,
    ),
    _scene("organisationer", "organisations", "/personer/organisationer"),
    _scene(
        "organisationer-sorterade",
        "organisations",
        "/personer/organisationer?typ=kommun&ordning=-personer",
    ),
    _scene("organisationer-inga", "organisations", "/personer/organisationer", world="empty"),
    _scene("organisation", "organisation", "/personer/organisationer/{organisation}"),
    _scene(
        "organisation-namn-fel",
        "organisation",
        "/personer/organisationer/{organisation}",
        Press({}, form="/namn"),
        status=422,
    ),
    _scene("organisation-ny", "organisation_new", "/personer/organisationer/ny"),
    _scene(
        "organisation-ny-fel",
        "organisation_new",
        "/personer/organisationer/ny",
        Press({"name": "Hagfors kommun"}),
        status=422,
    ),
    _scene(
        "organisation-andra", "organisation_edit", "/personer/organisationer/{organisation}/andra"
    ),
    _scene(
        "organisation-andra-fel",
        "organisation_edit",
        "/personer/organisationer/{organisation}/andra",
        Press({"name": ""}),
        status=422,
    ),
    _scene("import", "import_start", "/personer/import"),
    _scene("import-utan-ar", "import_start", "/personer/import", world="empty"),
    _scene("import-fel", "import_start", "/personer/import", Press(), status=422),
    _scene("import-granska", "import_show", "/personer/import/{preview}"),
    _scene("import-granska-nya", "import_show", "/personer/import/{preview}?visa=nya"),
    _scene(
        "import-granska-fel",
        "import_show",
        "/personer/import/{preview}",
        Press(form="{preview}"),
        status=422,
    ),
    _scene("import-fragor", "import_show", "/personer/import/{asked}"),
    _scene(
        "import-fragor-fel",
        "import_show",
        "/personer/import/{asked}",
        Press(form="{asked}"),
        status=422,
    ),
    _scene("import-pagar", "import_show", "/personer/import/{writing}"),
    _scene("import-stannad", "import_show", "/personer/import/{write_failed}"),
    _scene("import-kvar", "import_show", "/personer/import/{undo_failed}"),
    _scene("import-klar", "import_show", "/personer/import/{written}"),
    _scene("import-angrad", "import_show", "/personer/import/{undone}"),
)
