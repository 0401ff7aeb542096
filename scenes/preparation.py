"""What those who write an answer see."""

from __future__ import annotations

from scenes.scene import Press, Scene
from scenes.worlds.full_mailbox import FULL

HUB, CARDS, THEME, REVIEW = (
    "/forberedelse",
    "/forberedelse/initiativ",
    "/forberedelse/strukturer/arbete",
    "/forberedelse/granska",
)
ASK = "/forberedelse/be-om-att-andra"
# As a page that was opened before anybody had written, and sends a text of its own.
STALE = {"skapa": "Ett gemensamt kontor för alla som söker arbete.", "base-skapa": "0-c9d8c4c4e2a9"}
INVITE = "/forberedelse/kollegor/bjud-in"
SIV = {
    "given": "Siv",
    "family": "Provquist",
    "email": "siv.unopened@exempelby.example",
    "share": "hela",
}

FORMER = "/forberedelse/tidigare-texter/{theme_item}"

SCENES = (
    Scene("forberedelse-utan-lank", "preparation.hub", "empty", "", HUB, status=401),
    Scene("oversikt-tom", "preparation.hub", "year", "fresh", HUB),
    Scene("oversikt-paborjad", "preparation.hub", "year", "half", HUB),
    Scene("oversikt-klar", "preparation.hub", "year", "whole", HUB),
    Scene("oversikt-inskickad", "preparation.hub", "year", "sent", HUB),
    Scene("oversikt-andrad", "preparation.hub", "year", "changed", HUB),
    Scene(
        "oversikt-efter-sista-dagen", "preparation.hub", "year", "half", HUB, at="after_answering"
    ),
    Scene(
        "oversikt-inskickad-stangd", "preparation.hub", "year", "sent", HUB, at="after_answering"
    ),
    Scene("oversikt-inte-oppen", "preparation.hub", "year", "personal", HUB),
    Scene("oversikt-personlig", "preparation.hub", "year", "personal", HUB, at="conference_open"),
    Scene("oversikt-en-del", "preparation.hub", "year", "sharer", HUB),
    Scene(
        "inte-min-del",
        "preparation.section",
        "year",
        "sharer",
        "/forberedelse/strukturer/energi",
        status=403,
    ),
    Scene("bjud-in-kollega", "preparation.invite", "year", "half", INVITE),
    Scene("bjud-in-kollega-fel", "preparation.invite", "year", "half", INVITE, (Press(),), 422),
    Scene(
        "bjud-in-kollega-for-manga-mejl",
        "preparation.invite",
        "year",
        "half",
        INVITE,
        (Press(SIV | {"given": "Rut", "email": FULL, "message": "Kan du titta?"}),),
        422,
    ),
    Scene(
        "bjud-in-kollega-redan-med",
        "preparation.invite",
        "year",
        "half",
        INVITE,
        (Press(SIV),),
        422,
    ),
    Scene("oversikt-inbjuden", "preparation.hub", "year", "told", HUB),
    Scene(
        "ta-bort-kollega",
        "preparation.remove_colleague",
        "year",
        "half",
        "/forberedelse/kollegor/{sharer}/ta-bort",
    ),
    Scene("lamna-over", "preparation.hand_over", "year", "half", "/forberedelse/samordnare"),
    Scene(
        "lamna-over-fel",
        "preparation.hand_over",
        "year",
        "half",
        "/forberedelse/samordnare",
        (Press(),),
        422,
    ),
    Scene(
        "forberedelse-kalender",
        "preparation.subscription",
        "year",
        "half",
        "/forberedelse/kalender",
    ),
    Scene(
        "forberedelse-kalender-gammal-sida",
        "preparation.subscription",
        "year",
        "half",
        "/forberedelse/kalender",
        (Press({"csrf_token": "gammal"}),),
        422,
    ),
    Scene("skriv-ut", "preparation.printing", "year", "fresh", "/forberedelse/skriv-ut"),
    Scene(
        "skriv-ut-med-svar",
        "preparation.printing",
        "year",
        "half",
        "/forberedelse/skriv-ut?med=svar",
    ),
    Scene(
        "avsnitt-personligt",
        "preparation.section",
        "year",
        "personal",
        "/forberedelse/pass",
        at="conference_open",
    ),
    Scene("avsnitt-tomt", "preparation.section", "year", "fresh", "/forberedelse/organisation"),
    Scene("avsnitt", "preparation.section", "year", "half", "/forberedelse/organisation"),
    Scene("tema", "preparation.section", "year", "half", THEME),
    Scene(
        "tema-andrat-av-annan",
        "preparation.section",
        "year",
        "half",
        THEME,
        (Press(STALE, "act=save"),),
        409,
    ),
    Scene(
        "tema-gammal-sida",
        "preparation.section",
        "year",
        "half",
        THEME,
        (Press({"csrf_token": "gammal"}, "act=next"),),
        422,
    ),
    Scene(
        "tema-for-sent",
        "preparation.section",
        "year",
        "half",
        THEME,
        (Press({"skapa": "En text som kom för sent."}, "act=save", at="after_answering"),),
        410,
    ),
    Scene("tema-forra-aret", "preparation.section", "year", "earlier", THEME),
    Scene(
        "tema-forra-aret-hamtat", "preparation.section", "year", "carried", THEME + "?hamtat=skapa"
    ),
    Scene(
        "tema-forra-aret-fanns", "preparation.section", "year", "carried", THEME + "?fanns=skapa"
    ),
    Scene("initiativ-forra-aret", "preparation.section", "year", "earlier", CARDS),
    Scene(
        "initiativ-pagar-fortfarande",
        "preparation.section",
        "year",
        "earlier",
        CARDS + "?sagt={still_card}",
    ),
    Scene(
        "initiativ-fran-forra-aret",
        "preparation.section",
        "year",
        "earlier",
        CARDS + "?redigera={still_card}",
    ),
    Scene(
        "initiativ-avslutat", "preparation.section", "year", "carried", CARDS + "?sagt={ended_item}"
    ),
    Scene("initiativ-sedan-forra-aret", "preparation.section", "year", "carried", CARDS),
    Scene("tidigare-texter", "preparation.former_texts", "year", "half", FORMER + "/hinder"),
    Scene("tidigare-texter-inga", "preparation.former_texts", "year", "half", FORMER + "/glapp"),
    Scene(
        "tidigare-texter-tillbaka",
        "preparation.former_texts",
        "year",
        "half",
        FORMER + "/hinder?tagen=1",
    ),
    Scene(
        "tidigare-texter-andrad",
        "preparation.former_texts",
        "year",
        "half",
        FORMER + "/hinder",
        (Press({"base": "0-c9d8c4c4e2a9"}),),
        409,
    ),
    Scene(
        "tidigare-texter-gammal-sida",
        "preparation.former_texts",
        "year",
        "half",
        FORMER + "/hinder",
        (Press({"csrf_token": "gammal"}),),
        422,
    ),
    Scene(
        "tidigare-texter-stangd",
        "preparation.former_texts",
        "year",
        "half",
        FORMER + "/hinder",
        at="after_answering",
    ),
    Scene("vem-skrev-vad", "preparation.authors", "year", "half", "/forberedelse/vem-skrev-vad"),
    Scene(
        "vem-skrev-vad-inget", "preparation.authors", "year", "fresh", "/forberedelse/vem-skrev-vad"
    ),
    Scene("initiativ-inga", "preparation.section", "year", "fresh", CARDS),
    Scene("initiativ", "preparation.section", "year", "half", CARDS),
    Scene(
        "initiativ-oppet", "preparation.section", "year", "half", CARDS + "?redigera={draft_card}"
    ),
    Scene(
        "initiativ-fel",
        "preparation.section",
        "year",
        "half",
        CARDS + "?redigera={draft_card}",
        (
            Press({"titel": ""}, "act=done"),
            Press({"titel": "Tillväxt i hela kommunen"}, "act=done"),
        ),
        422,
    ),
    Scene(
        "initiativ-borttaget",
        "preparation.section",
        "year",
        "half",
        CARDS + "?borttaget={removed_card}",
    ),
    Scene(
        "initiativ-borta",
        "preparation.section",
        "year",
        "half",
        CARDS + "?redigera={removed_card}",
        status=404,
    ),
    Scene("granska-tomt", "preparation.review", "year", "fresh", REVIEW),
    Scene("granska-fel", "preparation.review", "year", "fresh", REVIEW, (Press(),), 422),
    Scene("granska", "preparation.review", "year", "whole", REVIEW),
    Scene(
        "granska-andrat",
        "preparation.review",
        "year",
        "whole",
        REVIEW,
        (Press({"seen": "något annat"}),),
        409,
    ),
    Scene("granska-igen", "preparation.review", "year", "changed", REVIEW),
    Scene("kvitto", "preparation.receipt", "year", "sent", "/forberedelse/inskickat"),
    Scene("svar", "preparation.answer", "year", "sent", "/forberedelse/svar"),
    Scene("svar-utkast", "preparation.answer", "year", "changed", "/forberedelse/svar?visa=utkast"),
    Scene("be-att-andra", "preparation.ask_to_change", "after", "asker", ASK, at="closed"),
    Scene(
        "be-att-andra-fel",
        "preparation.ask_to_change",
        "after",
        "asker",
        ASK,
        (Press(),),
        422,
        at="closed",
    ),
    Scene("oversikt-har-bett", "preparation.hub", "after", "asked", HUB, at="closed"),
    Scene("oversikt-fick-nej", "preparation.hub", "after", "refused", HUB, at="closed"),
    Scene("oversikt-oppen-igen", "preparation.hub", "after", "reopened", HUB, at="closed"),
    Scene("oversikt-aldrig-inskickat", "preparation.hub", "after", "unsent", HUB, at="closed"),
    Scene("svar-stangt", "preparation.answer", "after", "asker", "/forberedelse/svar", at="closed"),
    Scene(
        "resultat-inte-klart-forberedelse",
        "preparation.results",
        "year",
        "half",
        "/forberedelse/resultat",
    ),
    Scene(
        "resultat-forberedelse",
        "preparation.results",
        "after",
        "wrote",
        "/forberedelse/resultat",
        at="published",
    ),
    *(
        Scene(f"uppfoljning-{name}", f"preparation.{page}", "after", who, address, at="followed_up")
        for name, page, who, address in (
            ("tom", "hub", "follows_writes", HUB),
            ("paborjad", "hub", "follows_half_writes", HUB),
            ("inskickad", "hub", "followed_writes", HUB),
            ("avsnitt", "section", "follows_half_writes", "/forberedelse/med_hem"),
            ("granska", "review", "follows_half_writes", REVIEW),
            ("kvitto", "receipt", "followed_writes", "/forberedelse/inskickat"),
            ("kvitto-andrat", "receipt", "followed_changed_writes", "/forberedelse/inskickat"),
            ("svar", "answer", "followed_writes", "/forberedelse/svar"),
        )
    ),
    Scene("uppfoljning-inte-oppen", "preparation.hub", "after", "follows_writes", HUB),
    Scene(
        "uppfoljning-lank",
        "open.preparation",
        "after",
        "",
        "{follows_writes_link}",
        at="followed_up",
    ),
    Scene("oversikt-resultat", "preparation.hub", "after", "wrote", HUB, at="published"),
)
