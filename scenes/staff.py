"""What facilitators and administrators see."""

from __future__ import annotations

from scenes.scene import Press, Scene

ANSWERS, LAST_YEAR = "/svar/2027/arbetsmote", "/svar/2026/arbetsmote"


def _read(name: str, endpoint: str, address: str, world: str = "year", at: str = "now") -> Scene:
    return Scene(name, f"facilitator.{endpoint}", world, "facilitator", address, at=at)


def _run(
    name: str,
    endpoint: str,
    address: str,
    *presses: Press,
    world: str = "year",
    status: int = 200,
    at: str = "now",
) -> Scene:
    return Scene(name, f"admin.{endpoint}", world, "administrator", address, presses, status, at)


SCENES = (
    _read("svar-moten", "answers", "/svar"),
    _read("svar-moten-inga", "answers", "/svar", "empty"),
    _read("svar-till-motet", "meeting_answers", ANSWERS),
    _read("svar-till-motet-sorterade", "meeting_answers", ANSWERS + "?ordning=-inskickat"),
    _read("svar-till-motet-inga", "meeting_answers", "/svar/2027/riktningsmote"),
    _read("svar-fran", "by_respondent", ANSWERS + "/fran/{submission}"),
    _read("svar-pa-fraga", "by_question", ANSWERS + "/fraga/{question}"),
    _read("svar-moten-forra-aret", "answers", "/svar?ar=2026"),
    _read("svar-forra-aret", "meeting_answers", LAST_YEAR),
    _read("svar-fran-uppfoljning", "by_respondent", LAST_YEAR + "/fran/{followup_answer}"),
    _read(
        "svar-pa-fraga-uppfoljning",
        "by_question",
        LAST_YEAR + "/fraga/tar_med?formular=efter_arbetsmotet",
    ),
    _read(
        "svar-raknade-uppfoljning",
        "by_question",
        LAST_YEAR + "/fraga/nytta?formular=efter_arbetsmotet",
    ),
    _read("svar-tva-formular", "meeting_answers", ANSWERS, "after", "followed_up"),
    _read("underlag-tva-formular", "pack", "/underlag/{pack_of_both}", "after", "followed_up"),
    _read("underlag-koat", "pack", "/underlag/{pack_queued}"),
    _read("underlag-tas-fram", "pack", "/underlag/{pack_building}"),
    _read("underlag-har-stannat", "pack", "/underlag/{pack_left}"),
    _read("underlag-har-borjat-om", "pack", "/underlag/{pack_again}"),
    _read("underlag-avbrutet", "pack", "/underlag/{pack_cancelled}"),
    _read("underlag-med-olasligt", "pack", "/underlag/{pack_broken}"),
    _read("underlag-klart", "pack", "/underlag/{pack_ready}"),
    _read("underlag-misslyckat", "pack", "/underlag/{pack_failed}"),
    _read("underlag-borttaget", "pack", "/underlag/{pack_ready}", at="pack_gone"),
    _read("resultat-skriv-tomt", "write_results", ANSWERS + "/resultat"),
    _read("resultat-skriv", "write_results", "/svar/2027/konferens/resultat", "after", "drafted"),
    _read(
        "resultat-skriv-publicerat",
        "write_results",
        "/svar/2027/riktningsmote/resultat",
        "after",
        "published",
    ),
    Scene(
        "resultat-skriv-fel",
        "facilitator.write_results",
        "after",
        "facilitator",
        "/svar/2027/konferens/resultat",
        (Press({"sv": "Lång text. " * 2000}, "act=save"),),
        422,
        at="drafted",
    ),
    Scene(
        "resultat-skriv-krock",
        "facilitator.write_results",
        "after",
        "facilitator",
        "/svar/2027/konferens/resultat",
        (Press({"sv": "Min egen text.", "base-sv": "gammal"}, "act=save"),),
        409,
        at="drafted",
    ),
    _read(
        "resultat-visa", "preview_results", "/svar/2027/konferens/resultat/visa", "after", "drafted"
    ),
    _read("resultat-visa-tomt", "preview_results", ANSWERS + "/resultat/visa"),
    _read(
        "resultat-publicera",
        "publish_results",
        "/svar/2027/konferens/resultat/publicera",
        "after",
        "drafted",
    ),
    _read("resultat-publicera-for-tidigt", "publish_results", ANSWERS + "/resultat/publicera"),
    _read(
        "resultat-publicera-redan",
        "publish_results",
        "/svar/2027/riktningsmote/resultat/publicera",
        "after",
        "published",
    ),
    Scene(
        "facilitator-far-inte", "coordinator.year", "year", "facilitator", "/arshjul", status=403
    ),
    _run("installningar", "settings", "/installningar"),
    _run("installningar-utan-ar", "settings", "/installningar", world="empty"),
    _run("gallring", "erasing", "/installningar/gallring"),
    _run("gallring-nu", "erasing", "/installningar/gallring", at="long_after"),
    _run(
        "installningar-fel",
        "settings",
        "/installningar",
        Press({"email": "fel"}, form="/testmejl"),
        status=422,
    ),
    _run("konto", "account", "/installningar/konton/{account}"),
    _run("konto-nytt", "new_account", "/installningar/konton/nytt"),
    _run(
        "konto-nytt-fel",
        "new_account",
        "/installningar/konton/nytt",
        Press({"email": "fel"}),
        status=422,
    ),
    _run("tema-nytt", "new_theme", "/installningar/teman/2027", world="turns"),
    _run(
        "tema-nytt-fel",
        "new_theme",
        "/installningar/teman/2027",
        Press(),
        world="turns",
        status=422,
    ),
    _run("tema-publicerat", "theme", "/installningar/teman/{year}/{theme}"),
)
