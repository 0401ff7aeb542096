"""The year and its meetings, sendings and registrations, as coordinators see them."""
from __future__ import annotations

from scenes.scene import Press, Scene

WORK, DIRECTION, CONFERENCE = (f"/mote/2027/{kind}" for kind in ("arbetsmote", "riktningsmote", "konferens"))
INVITE = CONFERENCE + "/utskick/inbjudan"


def _scene(name: str, endpoint: str, address: str, *presses: Press, world: str = "year", status: int = 200, at: str = "now",
           framed: bool = False) -> Scene:
    return Scene(name, f"coordinator.{endpoint}", world, "coordinator", address, presses, status, at, framed)


SCENES = (
    _scene("arshjul-tomt", "year", "/arshjul", world="empty"),
    _scene("arshjul", "year", "/arshjul"),
    _scene("arshjul-turer", "year", "/arshjul", world="turns"),
    _scene("arshjul-ar", "shown", "/arshjul/2027"),
    _scene("arshjul-nytt", "new_year", "/arshjul/nytt"),
    _scene("arshjul-nytt-fel", "new_year", "/arshjul/nytt", Press({"number": "2027"}), status=422),
    _scene("arshjul-nytt-forsta", "new_year", "/arshjul/nytt", Press({"work_day": "22/1"}), world="empty", status=422),
    _scene("mote-forberedelse", "meeting", WORK),
    _scene("mote-anmalan", "meeting", DIRECTION),
    _scene("mote-langt-fram", "meeting", CONFERENCE),
    _scene("mote-fullt", "meeting", WORK, world="turns"),
    _scene("mote-flyttat", "meeting", DIRECTION, world="turns"),
    _scene("mote-installt", "meeting", CONFERENCE, world="turns"),
    _scene("mote-efter", "meeting", WORK, at="held"),
    _scene("mote-utan-anmald", "missing", DIRECTION + "/utan-anmald"),
    _scene("mote-installningar", "meeting_settings", DIRECTION + "/installningar"),
    _scene("mote-installningar-fel", "meeting_settings", WORK + "/installningar", Press({"capacity_on_site": "många"}), status=422),
    _scene("flytta", "move", DIRECTION + "/flytta"),
    _scene("flytta-fel", "move", DIRECTION + "/flytta", Press({"day": "i morgon"}, "steg=granska"), status=422),
    _scene("flytta-passerad", "move", DIRECTION + "/flytta", Press({"day": "2026-01-22"}, "steg=granska"), status=422),
    _scene("flytta-inget-andrat", "move", DIRECTION + "/flytta", Press({}, "steg=granska"), status=422),
    _scene("flytta-bekrafta", "move", DIRECTION + "/flytta", Press({"day": "2027-01-22", "reason": "lokalen är dubbelbokad"}, "steg=granska")),
    _scene("stall-in", "cancel", DIRECTION + "/stall-in"),
    _scene("motets-personer", "people_of", WORK + "/personer"),
    _scene("motets-personer-svarat", "people_of", DIRECTION + "/personer?grupp=unanswered"),
    _scene("motets-personer-inga", "people_of", CONFERENCE + "/personer"),
    _scene("motets-personer-kon", "people_of", WORK + "/personer?grupp=waiting", world="turns"),
    _scene("motets-personer-ny-dag", "people_of", DIRECTION + "/personer?grupp=to_reconfirm", world="turns"),
    _scene("anmalning-inbjuden", "registration", "/anmalningar/{invited}"),
    _scene("anmalning-anmald", "registration", "/anmalningar/{registered}"),
    _scene("anmalning-nej", "registration", "/anmalningar/{declined}"),
    _scene("anmalning-ersatt", "registration", "/anmalningar/{replaced}"),
    _scene("anmalning-ersattare", "registration", "/anmalningar/{substitute}"),
    _scene("anmalning-ko", "registration", "/anmalningar/{waiting}", world="turns"),
    _scene("anmalning-ny-dag", "registration", "/anmalningar/{moved}", world="turns"),
    _scene("anmalning-installt", "registration", "/anmalningar/{cancelled}", world="turns"),
    _scene("anmalning-fel", "registration", "/anmalningar/{invited}", Press({"email": "maria"}, form="/anmal"), status=422),
    _scene("bjud-in-en", "late", DIRECTION + "/bjud-in-en"),
    _scene("bjud-in-en-sok", "late", DIRECTION + "/bjud-in-en?sok=exempel"),
    _scene("bjud-in-en-ingen", "late", DIRECTION + "/bjud-in-en?sok=qqq"),
    _scene("bjud-in-en-fel", "late", DIRECTION + "/bjud-in-en", Press({"given": "Ny", "organisation": "Okänd"}), status=422),
    _scene("utskick", "mailings", "/utskick"),
    _scene("utskick-inga", "mailings", "/utskick", world="empty"),
    _scene("utskick-stoppade", "mailings", "/utskick?lage=stopped"),
    _scene("utskick-pagar", "sending", "/utskick/{running}"),
    _scene("utskick-klart", "sending", "/utskick/{done}"),
    _scene("utskick-pausat", "sending", "/utskick/{paused}"),
    _scene("mejl-skickat", "mail", "/utskick/mejl/{sent_mail}"),
    _scene("mejl-stoppat", "mail", "/utskick/mejl/{failed_mail}"),
    _scene("mejl-vantar", "mail", "/utskick/mejl/{retry_mail}"),
    _scene("mejl-ratta-fel", "mail", "/utskick/mejl/{failed_mail}", Press({"email": "fel"}, form="/adress"), status=422),
    _scene("bjud-in-valj", "compose", INVITE),
    _scene("bjud-in", "compose", INVITE + "?urval=lead"),
    _scene("bjud-in-sok", "compose", INVITE + "?urval=people&sok=karlstad"),
    _scene("bjud-in-ingen", "compose", INVITE + "?urval=people"),
    _scene("bjud-in-otestad", "compose", DIRECTION + "/utskick/inbjudan?urval=category:kommun"),
    _scene("bjud-in-stoppad", "compose", DIRECTION + "/utskick/inbjudan?urval=category:kommun", Press({}, "steg=bekrafta"), status=409),
    _scene("bjud-in-bekrafta", "compose", INVITE + "?urval=lead", Press({}, "steg=bekrafta")),
    _scene("paminn-ingen", "compose", DIRECTION + "/utskick/paminnelse"),
    _scene("paminn-stangd", "compose", WORK + "/utskick/paminnelse"),
    _scene("paminn-installt", "compose", CONFERENCE + "/utskick/paminnelse", world="turns"),
    _scene("bjud-in-mejlet", "sample_mail", INVITE + "/mejl?urval=lead", framed=True),
)
