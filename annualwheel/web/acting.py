"""Doing what a form asks: the act in its own transaction, or the refusal shown at its field.

A view reads: form, act, redirect. The helper ends the read that the page was loaded in and begins
the write. It reads the page's guard and every row again there, so that nothing decides which was
true only before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from flask import abort
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import ObjectDeletedError

from annualwheel import unit_of_work
from annualwheel.db import db, start_writing
from annualwheel.engines import is_busy
from annualwheel.errors import Busy, DomainError
from annualwheel.transactions import is_reading, start_reading
from annualwheel.web import error_messages, security
from annualwheel.web.forms import BaseForm

T = TypeVar("T")

# The field that a refusal is about, by the key of the refusal, on every form that has the field.
# `{…}` is filled with the refusal's parameters. A refusal not named here is shown at the top.
FIELDS: Mapping[str, str] = {
    "alias_taken": "alias",
    "already_asked": "reason",
    "bad_address": "email",
    "colleague_exists": "email",
    "colleague_has_share": "email",
    "colleague_self": "email",
    "day_in_plan": "day",
    "day_passed": "day",
    "day_too_late": "day",
    "ends_before_start": "ends",
    "last_administrator": "roles",
    "lead_taken": "colleague",
    "mode_full": "mode",
    "no_free_seat": "over",
    "no_organisation": "organisation",
    "not_lead": "colleague",
    "not_moved": "day",
    "no_greeting": "message",
    "nothing_asked": "text",
    "organisation_exists": "name",
    "person_exists": "email",
    "person_inactive": "email",
    "phase_backwards": "{kind}_closes",
    "short_theme_en": "short_en",
    "short_theme_sv": "short_sv",
    "staff_exists": "email",
    "still_open": "reason",
    "substitute_exists": "email",
    "substitute_self": "email",
    "time_passed": "day",
    "too_many_copies": "copy_to",
    "too_many_to_new_address": "email",
    "unknown_choice": "share",
    "unknown_role": "roles",
    "way_in_use": "online",
    "year_exists": "number",
}


@dataclass(frozen=True)
class FormOutcome(Generic[T]):
    """The outcome of a form. It is true when the act is done.

    `refusal` says why an act that was tried is not done; the form shows it already. Without either
    nothing was tried: the page was only opened, or something in the form has to be put right first.
    """

    done: bool = False
    refusal: DomainError | None = None
    value: T | None = None

    def __bool__(self) -> bool:
        return self.done

    @property
    def result(self) -> T:
        """What the act returned. Raises `LookupError` when it is not done."""
        if not self.done:
            raise LookupError("the act is not done")
        return self.value  # type: ignore[return-value]


class _AskedAgain(Exception):
    """Something in the form has to be asked about once more.

    It is raised, not returned, so that the write that has begun is undone.
    """


def carried_out(
    form: BaseForm, act: Callable[[], T], *, shown_on: BaseForm | None = None
) -> FormOutcome[T]:
    """Does what the form asks and commits.

    The form keeps all that was typed and shows a refusal: at the field that `FIELDS` names, else at
    the top. `shown_on` is another form of the page, for a button without fields.
    """

    def act_on_what_holds() -> T:
        # Compared in the transaction that acts: a colleague may have saved since the page was read.
        if not form.still_holds():
            raise _AskedAgain
        return act()

    # Before the write begins, so that a form with something to put right waits for no writer.
    if not form.accepted():
        return FormOutcome()
    try:
        result = carry_out(act_on_what_holds)
    except _AskedAgain:
        return FormOutcome()
    except DomainError as refusal:
        _show(refusal, shown_on or form)
        return FormOutcome(refusal=refusal)
    return FormOutcome(done=True, value=result)


def carry_out(act: Callable[[], T]) -> T:
    """Does `act` in a transaction that writes, commits, and returns what it returned.

    For a button without a page of its own, whose form has been accepted: a refusal undoes the act
    and goes on to the error page. The helper asks the guard of the page again first. It answers 404
    when somebody has erased what the page was about. Raises `Busy` when others write for too long.
    """
    # Only autosave comes here writing already: its guard has run in this very transaction.
    reads = is_reading()
    if reads:
        start_writing()
    try:
        result = _acted(act) if reads else _committed(act)
    except DomainError:
        # Undoes the act but keeps the attempts that it counted: a refused try is a try.
        unit_of_work.roll_back()
        raise
    # SQLAlchemy raises this when a row that was loaded before the write is read again and is gone.
    except ObjectDeletedError:
        db.session.rollback()
        abort(404)
    except OperationalError as error:
        db.session.rollback()
        if is_busy(error):
            raise Busy("busy") from error
        raise
    except Exception:
        db.session.rollback()
        raise
    # The page that follows only reads: in a write it would hold SQLite's lock until it is made.
    finally:
        start_reading()
    return result


def _acted(act: Callable[[], T]) -> T:
    """Does the act behind the page's guard.

    When somebody else has written a row in this very moment that the act looked for and made, it is
    done once more: it finds the row then, or says why not.
    """
    security.require_let_in()
    try:
        return _committed(act)
    except IntegrityError:
        unit_of_work.start_over()
    security.require_let_in()
    return _committed(act)


def _committed(act: Callable[[], T]) -> T:
    result = act()
    unit_of_work.commit()
    return result


def _show(refusal: DomainError, form: BaseForm) -> None:
    """Writes the refusal on the form."""
    form.refusal, sentence = refusal, error_messages.sentence(refusal)
    name = FIELDS.get(refusal.key, "").format(**refusal.params)
    if name in form:
        form[name].errors = [sentence]
    else:
        form.form_errors.append(sentence)
