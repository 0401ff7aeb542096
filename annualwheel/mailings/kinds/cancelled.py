"""The mail that says that the meeting is cancelled."""

from __future__ import annotations

from annualwheel.mailings.kinds.announced import Announced


class Cancelled(Announced):
    """Whoever has a calendar entry gets a CANCEL for it, in a mail of its own."""

    key = "cancelled"
    about_the_end = True
