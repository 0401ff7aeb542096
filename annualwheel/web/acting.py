"""Doing what a form asks: the act, the commit, or the refusal shown on the form."""

from __future__ import annotations

from collections.abc import Callable

from annualwheel import unit_of_work
from annualwheel.db import db
from annualwheel.errors import DomainError
from annualwheel.web import error_messages
from annualwheel.web.forms import BaseForm


def carried_out(form: BaseForm, act: Callable[[], object]) -> bool:
    """Does what the form asks and commits.

    A refusal is written on the form, which keeps all that was typed.
    """
    if not form.accepted():
        return False
    try:
        act()
    except DomainError as refusal:
        db.session.rollback()
        form.form_errors.append(error_messages.sentence(refusal))
        return False
    unit_of_work.commit()
    return True
