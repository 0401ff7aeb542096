"""The mail that says that the meeting has another day, time or venue."""

from __future__ import annotations

from annualwheel.mailings.kinds.announced import Announced


class Moved(Announced):
    """Whoever is coming to another day is asked to say yes again; calendar entries follow."""

    key = "moved"
