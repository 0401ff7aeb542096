"""A person's own details: the way in, what is shown, corrected, asked for.

And what a coordinator answers.
"""

from __future__ import annotations

from scenes.scene import Press, Scene
from scenes.worlds.full_mailbox import FULL

OLD = "/u/avklippt"

SCENES = (
    Scene(
        "mina-uppgifter-for-manga-mejl",
        "open.own_data",
        "year",
        "",
        "/mina-uppgifter",
        (Press({"email": FULL}),),
        422,
    ),
    Scene("mina-uppgifter", "open.own_data", "empty", "", "/mina-uppgifter"),
    Scene("mina-uppgifter-kand", "open.own_data", "year", "registered", "/mina-uppgifter"),
    Scene(
        "mina-uppgifter-fel",
        "open.own_data",
        "empty",
        "",
        "/mina-uppgifter",
        (Press({"email": "anna.berg"}),),
        422,
    ),
    Scene("mina-uppgifter-skickat", "open.own_data_sent", "empty", "", "/mina-uppgifter/skickat"),
    Scene("mina-uppgifter-stangt", "open.own_data_closed", "empty", "", "/mina-uppgifter/stangt"),
    Scene("mina-uppgifter-lank", "open.own_data_link", "year", "", "{owner_link}"),
    Scene(
        "mina-uppgifter-gammal-lank",
        "open.own_data_link",
        "year",
        "",
        "{owner_link}",
        status=404,
        at="held",
    ),
    Scene(
        "mina-uppgifter-gammal-sida",
        "open.own_data_link",
        "year",
        "",
        "{owner_link}",
        (Press({"csrf_token": "gammal"}),),
        422,
    ),
    Scene(
        "mina-uppgifter-slut",
        "owner.overview",
        "year",
        "owner",
        "/mina-uppgifter/oversikt",
        status=401,
        at="held",
    ),
    Scene("uppgifter", "owner.overview", "year", "owner", "/mina-uppgifter/oversikt"),
    Scene(
        "uppgifter-rattat",
        "owner.overview",
        "year",
        "owner",
        "/mina-uppgifter/oversikt?klart=rattat",
    ),
    Scene(
        "uppgifter-begart",
        "owner.overview",
        "year",
        "asking",
        "/mina-uppgifter/oversikt?klart=begart",
    ),
    Scene(
        "uppgifter-begart-tidigare", "owner.overview", "year", "asking", "/mina-uppgifter/oversikt"
    ),
    Scene("uppgifter-texter", "owner.overview", "year", "author", "/mina-uppgifter/oversikt"),
    Scene("uppgifter-ersatta", "owner.overview", "year", "replaced", "/mina-uppgifter/oversikt"),
    Scene(
        "uppgifter-tva-formular",
        "owner.overview",
        "after",
        "follower",
        "/mina-uppgifter/oversikt",
        at="followed_up",
    ),
    Scene("uppgifter-tom", "owner.overview", "year", "contact", "/mina-uppgifter/oversikt"),
    Scene("ratta", "owner.correct", "year", "owner", "/mina-uppgifter/andra"),
    Scene(
        "ratta-fel",
        "owner.correct",
        "year",
        "owner",
        "/mina-uppgifter/andra",
        (Press({"given": "", "email": "lena"}),),
        422,
    ),
    Scene(
        "ratta-for-sent",
        "owner.correct",
        "year",
        "owner",
        "/mina-uppgifter/andra",
        (Press({"given": "Lena Maria"}, at="held"),),
        401,
    ),
    Scene("mina-behov", "owner.stated_needs", "year", "owner", "/mina-uppgifter/behov/{coming}"),
    Scene(
        "mina-behov-fel",
        "owner.stated_needs",
        "year",
        "owner",
        "/mina-uppgifter/behov/{coming}",
        (Press({"diet": "Vegan"}),),
        422,
    ),
    Scene("begar-radering", "owner.delete", "year", "owner", "/mina-uppgifter/radera"),
    Scene(
        "begar-radering-fel",
        "owner.delete",
        "year",
        "owner",
        "/mina-uppgifter/radera",
        (Press({"reason": "x" * 1001}),),
        422,
    ),
    Scene(
        "radering-lista",
        "coordinator.deletion_requests",
        "year",
        "coordinator",
        "/personer/radering",
    ),
    Scene(
        "radering-ingen",
        "coordinator.deletion_requests",
        "empty",
        "coordinator",
        "/personer/radering",
    ),
    Scene(
        "radering",
        "coordinator.deletion_request",
        "year",
        "coordinator",
        "/personer/radering/{deletion_asked}",
    ),
    Scene(
        "radering-fel",
        "coordinator.deletion_request",
        "year",
        "coordinator",
        "/personer/radering/{deletion_asked}",
        (Press({"text": ""}, form="/svara"),),
        422,
    ),
    Scene(
        "radering-nej",
        "coordinator.deletion_request",
        "year",
        "coordinator",
        "/personer/radering/{deletion_refused}",
    ),
    Scene(
        "radering-klar",
        "coordinator.deletion_request",
        "year",
        "coordinator",
        "/personer/radering/{deletion_granted}",
    ),
    Scene(
        "person-inaktiv-anmald", "coordinator.person", "year", "coordinator", "/personer/{departed}"
    ),
)
