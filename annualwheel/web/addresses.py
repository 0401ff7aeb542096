"""How meetings are named in addresses: /mote/2027/arbetsmote."""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import BaseConverter

from annualwheel.wording.names import SLUGS

KINDS = {slug: kind for kind, slug in SLUGS.items()}


class MeetingKind(BaseConverter):
    """`<meeting:kind>` in a rule: `work` in Python, `arbetsmote` in the address, and so on."""

    regex = "|".join(KINDS)

    def to_python(self, value: str) -> str:
        return KINDS[value]

    def to_url(self, value: str) -> str:
        return SLUGS.get(value, value)


def register(app: Flask) -> None:
    """Lets rules use the converter."""
    app.url_map.converters["meeting"] = MeetingKind
