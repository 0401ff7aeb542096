"""The words for what an act of a coordinator's on a registration leads to."""

from __future__ import annotations

import datetime as dt

from flask_babel import gettext as _

from annualwheel.models import Meeting, Organisation, Person, Registration
from annualwheel.participation.foresight import Foresight
from annualwheel.registrations.states import IN_LINE
from annualwheel.web.wording import words


def caption(meeting: Meeting) -> str:
    """Which meeting it is about."""
    return f"{words.meeting(meeting.kind)} {words.day(meeting.starts_at)}"


def heading(registration: Registration, act: str) -> str:
    """The question that the page asks."""
    name = registration.person.name
    if act == "decline":
        return str(_("Tacka nej åt %(name)s?", name=name))
    if act == "revoke":
        return str(_("Ta bort %(name)s från mötet?", name=name))
    if act == "invite":
        return str(_("Bjuda in %(name)s igen?", name=name))
    if registration.state in IN_LINE:
        return str(_("Ta bort %(name)s från väntelistan?", name=name))
    return str(_("Avboka platsen för %(name)s?", name=name))


def button(registration: Registration, act: str) -> str:
    """What the button is called, on the page of the registration and on the act's own."""
    if act == "decline":
        return str(_("Tacka nej åt personen"))
    if act == "revoke":
        return str(_("Ta bort från mötet"))
    if act == "invite":
        return str(_("Bjud in igen"))
    if registration.state in IN_LINE:
        return str(_("Ta bort från väntelistan"))
    return str(_("Avboka platsen"))


def sentences(foreseen: Foresight, registration: Registration, act: str) -> list[str]:
    """A sentence for each thing that the act leads to."""
    if act == "invite":
        return of_invitation(foreseen, registration.person, registration.organisation)
    found = [_mail(foreseen, registration, act)]
    if foreseen.copy_to:
        found.append(_("En kopia går till %(address)s.", address=foreseen.copy_to))
    if foreseen.entry_ends:
        found.append(_("Kalenderbokningen tas bort med ett eget mejl."))
    found += [_link(foreseen), *_seat(foreseen, registration)]
    if foreseen.access_ends:
        found.append(_("Personen kommer inte längre in i organisationens förberedelse."))
    if foreseen.needs_end:
        found.append(_("Har personen angett specialkost eller tillgänglighet raderas det."))
    return found


def of_invitation(foreseen: Foresight, person: Person, organisation: Organisation) -> list[str]:
    """A sentence for each thing that an invitation leads to."""
    found = [
        _(
            "%(name)s bjuds in som deltagare från %(organisation)s och får ett mejl med en "
            "personlig länk till %(address)s.",
            name=person.name,
            organisation=organisation.name,
            address=person.email,
        )
    ]
    if foreseen.copy_to:
        found.append(_("En kopia går till %(address)s.", address=foreseen.copy_to))
    if foreseen.link_ends:
        found.append(_("Länken i tidigare mejl till personen om mötet slutar fungera."))
    if foreseen.activates:
        found.append(_("Personen är inaktiv och blir aktiv igen."))
    if foreseen.vouches:
        found.append(_("Personen läggs till i %(organisation)s.", organisation=organisation.name))
    return found


def invited(person: Person, meeting: Meeting) -> str:
    """The sentence when a person is invited."""
    what = words.meeting_running(meeting.kind)
    return str(_("%(name)s är inbjuden till %(meeting)s.", name=person.name, meeting=what))


def _mail(foreseen: Foresight, registration: Registration, act: str) -> str:
    name, address = registration.person.name, registration.person.email
    if act == "revoke" and not foreseen.entry_ends:
        return str(_("%(name)s får inget mejl. Hör av dig själv om det behövs.", name=name))
    if act == "revoke":
        return str(
            _(
                "%(name)s får inget annat mejl än det till kalendern, på %(address)s. "
                "Hör av dig själv om det behövs.",
                name=name,
                address=address,
            )
        )
    if not foreseen.mail:
        return str(
            _(
                "%(name)s får inget mejl: adressen %(address)s är inte bekräftad, och dit har det "
                "redan gått så många mejl som får gå på en timme.",
                name=name,
                address=address,
            )
        )
    if act == "decline":
        said = _(
            "%(name)s får ett mejl till %(address)s om att du har skrivit in ett nej.",
            name=name,
            address=address,
        )
    elif registration.state in IN_LINE:
        said = _(
            "%(name)s får ett mejl till %(address)s om att väntelistan är lämnad.",
            name=name,
            address=address,
        )
    else:
        said = _(
            "%(name)s får ett mejl till %(address)s om att platsen är avbokad.",
            name=name,
            address=address,
        )
    return str(said)


def _link(foreseen: Foresight) -> str:
    if foreseen.link_ends:
        return str(_("Länken i mejlen till personen om mötet slutar fungera."))
    return str(
        _("Personens länk fungerar fortfarande. Där syns svaret, och det går att ändra i tid.")
    )


def _seat(foreseen: Foresight, registration: Registration) -> list[str]:
    """What becomes of the seat, and who gets one."""
    if not foreseen.gives_seat:
        return []
    if not foreseen.turns:
        return [str(_("Platsen blir ledig. Ingen på väntelistan står på tur att få den."))]
    return [_turn(one, until) for one, until in foreseen.turns]


def _turn(one: Registration, until: dt.datetime | None) -> str:
    name, organisation = one.person.name, one.organisation.name
    if until is None:
        return str(
            _(
                "%(name)s, %(organisation)s, får en plats från väntelistan, med ett mejl och en "
                "kalenderbokning.",
                name=name,
                organisation=organisation,
            )
        )
    return str(
        _(
            "%(name)s, %(organisation)s, erbjuds en plats i ett mejl och kan svara till %(when)s.",
            name=name,
            organisation=organisation,
            when=words.weekday_time(until),
        )
    )
