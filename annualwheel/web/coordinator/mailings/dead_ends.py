"""Why a mailing cannot be sent now or has nobody to go to, and what is possible instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l

from annualwheel.mailings.kinds.kind import MailingDraft

# Why nobody is left, by what `Composed.why_nobody` of a kind says.
NOBODY = {
    "nobody_fits": _l("Ingen aktiv person i registret passar in på det du har valt."),
    "all_invited": _l("Alla i urvalet är redan inbjudna eller anmälda."),
    "all_know_the_date": _l("Alla i urvalet har redan fått mejlet eller en inbjudan."),
    "nobody_invited": _l("Ingen är inbjuden till mötet än, så det finns ingen att påminna."),
    "none_in_group": _l("Ingen i den här gruppen går att påminna nu."),
    "all_have_answered": _l("Alla inbjudna har svarat."),
    "all_reminded": _l(
        "Alla som ska svara har redan fått en påminnelse i dag. I morgon går det att påminna igen."
    ),
    "nobody_has_a_seat": _l("Ingen har en plats på mötet än."),
    "all_know_how": _l("Alla som har en plats har fått veta hur man deltar."),
    "nobody_to_ask": _l("Det finns ingen att fråga än. Mejlet går till dem som är anmälda."),
    "all_asked": _l("Alla som ska svara på frågorna har fått mejlet om dem."),
    "nobody_asked": _l("Ingen har fått mejlet om frågorna än, så det finns ingen att påminna."),
    "all_submitted": _l("Alla svar är inskickade."),
    "all_reminded_to_submit": _l(
        "Alla som har ett svar kvar att skicka in har redan fått en påminnelse i dag. I morgon går "
        "det att påminna igen."
    ),
    "nobody_took_part": _l("Ingen var anmäld till mötet, och ingen har skrivit i något svar."),
    "all_know_the_results": _l("Alla som var med har fått mejlet om resultatet."),
}


@dataclass(frozen=True)
class Instead:
    """A page where something can be done: what a link to it is called, and its address.

    `of_meeting`: the address names the meeting of the mailing; `args` stand in it too.
    """

    text: Any
    endpoint: str
    args: Mapping[str, str] = field(default_factory=dict)
    of_meeting: bool = True

    def href(self, draft: MailingDraft) -> str:
        """The address of the page, about the questionnaire that the draft is about."""
        meeting, args = draft.meeting, dict[str, Any](self.args)
        if self.of_meeting:
            args |= {"number": meeting.year.number, "kind": meeting.kind}
        if draft.questionnaire and self.endpoint in ABOUT_A_QUESTIONNAIRE:
            args["formular"] = draft.questionnaire
        return url_for(self.endpoint, **args)


ABOUT_A_QUESTIONNAIRE = ("coordinator.answer_states", "coordinator.compose")
PEOPLE = Instead(_l("Personer på mötet"), "coordinator.people_of")
INVITE = Instead(_l("Bjud in till mötet"), "coordinator.compose", {"what": "inbjudan"})
ANSWERS = Instead(_l("Se hur varje svar står"), "coordinator.answer_states")
TO_SUBMIT = Instead(
    _l("Se vilka svar som inte är inskickade"), "coordinator.answer_states", {"grupp": "to_submit"}
)
JOINING = Instead(_l("Skriv hur man deltar"), "coordinator.how_to_join")
# By why nobody is left, and by why the mailing is refused (the key of the error).
INSTEAD = {
    "nobody_fits": Instead(
        _l("Personer och organisationer"), "coordinator.people", of_meeting=False
    ),
    "all_invited": PEOPLE,
    "all_know_the_date": Instead(
        _l("Se vilka som har fått mejlet"),
        "coordinator.mailings",
        {"mejl": "save_the_date"},
        of_meeting=False,
    ),
    "nobody_invited": INVITE,
    "none_in_group": Instead(
        _l("Visa alla som inte har svarat eller bekräftat"),
        "coordinator.compose",
        {"what": "paminnelse"},
    ),
    "all_have_answered": PEOPLE,
    "all_reminded": PEOPLE,
    "nobody_has_a_seat": PEOPLE,
    "all_know_how": Instead(_l("Så deltar man"), "coordinator.how_to_join"),
    "nobody_to_ask": PEOPLE,
    "all_asked": ANSWERS,
    "nobody_asked": Instead(
        _l("Skicka mejlet om frågorna"), "coordinator.compose", {"what": "forberedelse"}
    ),
    "all_submitted": ANSWERS,
    "all_reminded_to_submit": TO_SUBMIT,
    "nobody_took_part": PEOPLE,
    "all_know_the_results": Instead(
        _l("Se vilka som har fått mejlet"),
        "coordinator.mailings",
        {"mejl": "results"},
        of_meeting=False,
    ),
    "meeting_cancelled": PEOPLE,
    "meeting_started": PEOPLE,
    "registration_closed": Instead(_l("Ändra tidplanen"), "coordinator.plan"),
    "preparation_closed": TO_SUBMIT,
    "not_published": Instead(
        _l("Frågorna på mötets sida"), "coordinator.meeting", {"_anchor": "forberedelse"}
    ),
    "no_joining": JOINING,
    "too_late_to_save_the_date": INVITE,
    "invitation_sent": INVITE,
    "results_not_published": Instead(_l("Skriv resultatet"), "facilitator.write_results"),
}


def instead(key: str, draft: MailingDraft) -> dict[str, str]:
    """The link for somebody who cannot send `draft` because of `key`: its text and address."""
    found = INSTEAD[key]
    return {"text": str(found.text), "href": found.href(draft)}
