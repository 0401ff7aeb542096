"""libical (Evolution, KDE) through its C interface: does it find errors, and when does the event
start?
"""

from __future__ import annotations

import ctypes
import ctypes.util
import datetime as dt

VEVENT = 4  # ICAL_VEVENT_COMPONENT of libical 3


class Time(ctypes.Structure):
    """struct icaltimetype of libical 3."""

    _fields_ = [
        (name, ctypes.c_int)
        for name in ("year", "month", "day", "hour", "minute", "second", "is_date", "is_daylight")
    ]
    _fields_ += [("zone", ctypes.c_void_p)]


def library() -> ctypes.CDLL | None:
    """The library, or None where it is not installed."""
    name = ctypes.util.find_library("ical")
    if name is None:
        return None
    loaded = ctypes.CDLL(name)
    loaded.icalparser_parse_string.restype = ctypes.c_void_p
    loaded.icalparser_parse_string.argtypes = [ctypes.c_char_p]
    loaded.icalcomponent_get_first_component.restype = ctypes.c_void_p
    loaded.icalcomponent_get_first_component.argtypes = [ctypes.c_void_p, ctypes.c_int]
    for name in ("icalcomponent_count_errors", "icalrestriction_check"):
        getattr(loaded, name).argtypes = [ctypes.c_void_p]
    loaded.icalcomponent_get_dtstart.restype = Time
    loaded.icalcomponent_get_dtstart.argtypes = [ctypes.c_void_p]
    loaded.icaltime_as_timet_with_zone.restype = ctypes.c_long
    loaded.icaltime_as_timet_with_zone.argtypes = [Time, ctypes.c_void_p]
    return loaded


def read(content: bytes) -> tuple[int, int, dt.datetime]:
    """Errors found, whether the restrictions of RFC 5546 hold (1 when they do), and the start of
    the event in UTC.
    """
    lib = library()
    assert lib is not None, "libical is not installed"
    calendar = lib.icalparser_parse_string(content)
    assert calendar, "libical could not read it"
    holds = lib.icalrestriction_check(calendar)
    errors = lib.icalcomponent_count_errors(calendar)
    start = lib.icalcomponent_get_dtstart(lib.icalcomponent_get_first_component(calendar, VEVENT))
    return (
        errors,
        holds,
        dt.datetime.fromtimestamp(lib.icaltime_as_timet_with_zone(start, start.zone), dt.UTC),
    )
