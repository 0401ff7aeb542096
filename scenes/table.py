"""All scenes, and the addresses that hold no page to look at."""

from __future__ import annotations

from collections.abc import Mapping

from scenes import (
    contacts,
    coordinator,
    open_pages,
    owner,
    participant,
    preparation,
    registering,
    staff,
)
from scenes.scene import Scene

SCENES: tuple[Scene, ...] = (
    *open_pages.SCENES,
    *participant.SCENES,
    *owner.SCENES,
    *registering.SCENES,
    *preparation.SCENES,
    *coordinator.SCENES,
    *contacts.SCENES,
    *staff.SCENES,
)

# Endpoints that answer with a file or with a word for machines: the media type, and a scene's
# address for it.
FILES: Mapping[str, tuple[str, Scene]] = {
    scene.endpoint: (media_type, scene)
    for media_type, scene in (
        ("text/css", Scene("stil", "static", "year", "", "/static/css/arshjul.css")),
        ("application/json", Scene("healthz", "open.healthz", "year", "", "/healthz")),
        ("application/json", Scene("readyz", "open.readyz", "year", "", "/readyz")),
        (
            "message/rfc822",
            Scene("mejlfil", "open.mail_file", "year", "", "/brevlada/{mail_confirmation}/fil"),
        ),
        (
            "text/calendar",
            Scene(
                "kalender", "participant.calendar", "year", "registered", "/anmalan/kalender.ics"
            ),
        ),
        (
            "text/calendar",
            Scene("kalender-fore-svar", "open.hold", "year", "", "{invited_link}/kalender.ics"),
        ),
        ("text/calendar", Scene("prenumeration", "open.own_feed", "year", "", "{registered_feed}")),
        (
            "application/json",
            Scene("mina-uppgifter-fil", "owner.file", "year", "owner", "/mina-uppgifter/fil"),
        ),
        (
            "text/plain",
            Scene("svar-txt", "preparation.download", "year", "sent", "/forberedelse/svar.txt"),
        ),
        (
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Scene(
                "importmall",
                "coordinator.import_template",
                "year",
                "coordinator",
                "/personer/import/mall",
            ),
        ),
    )
}
