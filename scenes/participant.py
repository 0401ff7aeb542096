"""What an invited person does."""
from __future__ import annotations

from scenes.scene import Press, Scene

SUBSTITUTE = {"given": "Erik", "family": "Exempelsand", "email": "erik.exempelsand@kommun.example"}
HERSELF = {"given": "Maria", "family": "Lindprov", "email": "maria.lindprov@kommun.example"}

SCENES = (
    Scene("anmalan-utan-lank", "participant.confirmation", "empty", "", "/anmalan", status=401),
    Scene("anmalan-inbjuden", "participant.confirmation", "year", "invited", "/anmalan"),
    Scene("anmalan-klar", "participant.confirmation", "year", "registered", "/anmalan?klart=anmald"),
    Scene("anmalan-andrad", "participant.confirmation", "year", "registered", "/anmalan?klart=andrad"),
    Scene("anmalan-forbered", "participant.confirmation", "year", "coming", "/anmalan"),
    Scene("anmalan-behov-sparade", "participant.confirmation", "year", "coming", "/anmalan?klart=behov"),
    Scene("anmalan-nej", "participant.confirmation", "year", "declined", "/anmalan?klart=nej"),
    Scene("anmalan-avbokad", "participant.confirmation", "year", "withdrawn", "/anmalan?klart=avbokad"),
    Scene("anmalan-ersattare", "participant.confirmation", "year", "substitute", "/anmalan"),
    Scene("anmalan-stangd", "participant.confirmation", "year", "late", "/anmalan"),
    Scene("anmalan-vantelista", "participant.confirmation", "turns", "waiting", "/anmalan?klart=anmald"),
    Scene("anmalan-erbjuden", "participant.confirmation", "line", "offered", "/anmalan"),
    Scene("anmalan-erbjudande-slut", "participant.confirmation", "line", "offered", "/anmalan", at="ended"),
    Scene("anmalan-erbjudande-for-sent", "participant.confirmation", "line", "offered", "/anmalan",
          (Press({}, "answer=take", "/erbjudande", at="ended"),), 422),
    Scene("anmalan-ko", "participant.confirmation", "line", "blocked", "/anmalan"),
    Scene("anmalan-ko-sist", "participant.confirmation", "line", "blocked", "/anmalan?klart=kvar"),
    Scene("anmalan-ko-ledig", "participant.confirmation", "line", "alone", "/anmalan"),
    Scene("anmal-erbjuden", "participant.register", "line", "offered", "/anmalan/anmal"),
    Scene("avboka-erbjudande-slut", "participant.withdraw", "line", "offered", "/anmalan/avboka", at="ended"),
    Scene("anmalan-flyttad", "participant.confirmation", "turns", "moved", "/anmalan"),
    Scene("anmalan-installt", "participant.confirmation", "turns", "cancelled", "/anmalan"),
    Scene("anmalan-installt-nej", "participant.confirmation", "turns", "cancelled_no", "/anmalan"),
    Scene("anmalan-efter", "participant.confirmation", "turns", "seated", "/anmalan", at="held"),
    Scene("anmal", "participant.register", "year", "invited", "/anmalan/anmal"),
    Scene("anmal-fel", "participant.register", "turns", "late", "/anmalan/anmal", (Press({"given": "", "email": "orjan.angprov"}),), 422),
    Scene("anmal-full", "participant.register", "turns", "late", "/anmalan/anmal"),
    Scene("anmal-val", "participant.register", "turns", "asked", "/anmalan/anmal"),
    Scene("anmal-andra", "participant.register", "year", "registered", "/anmalan/anmal"),
    Scene("anmal-ny-dag", "participant.register", "turns", "moved", "/anmalan/anmal"),
    Scene("anmal-gammal-sida", "participant.register", "year", "invited", "/anmalan/anmal", (Press({"csrf_token": "gammal"}),), 422),
    Scene("nej", "participant.decline", "year", "invited", "/anmalan/nej"),
    Scene("ersattare", "participant.substitute", "year", "invited", "/anmalan/ersattare"),
    Scene("ersattare-fel", "participant.substitute", "year", "invited", "/anmalan/ersattare", (Press({"email": "olle"}),), 422),
    Scene("ersattare-sjalv", "participant.substitute", "year", "invited", "/anmalan/ersattare", (Press(HERSELF),), 422),
    Scene("ersattare-finns", "participant.substitute", "year", "invited", "/anmalan/ersattare", (Press(SUBSTITUTE),), 422),
    Scene("avboka", "participant.withdraw", "year", "registered", "/anmalan/avboka"),
    Scene("avboka-vantelista", "participant.withdraw", "turns", "waiting", "/anmalan/avboka"),
    Scene("din-kalender", "participant.subscription", "year", "registered", "/anmalan/kalender"),
    Scene("din-kalender-gammal-sida", "participant.subscription", "year", "registered", "/anmalan/kalender", (Press({"csrf_token": "gammal"}),), 422),
    Scene("din-kalender-ny-adress", "participant.subscription", "year", "substitute", "/anmalan/kalender", (Press(),)),
    Scene("behov", "participant.own_needs", "year", "registered", "/anmalan/behov"),
    Scene("behov-fel", "participant.own_needs", "year", "registered", "/anmalan/behov", (Press({"diet": "Vegetarisk"}),), 422),
    Scene("behov-angivna", "participant.own_needs", "year", "coming", "/anmalan/behov"),
)
