"""Every version that has been submitted."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from annualwheel.db import Base
from annualwheel.models.contacts import Person
from annualwheel.models.submissions import Submission


class SubmissionVersion(Base):
    """What was submitted, word for word, with its labels.

    Never changed. `content` as `questionnaires.path.submittable` gives it.
    """

    __tablename__ = "submission_versions"
    __table_args__ = (UniqueConstraint("submission_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"), init=False)
    submission: Mapped[Submission] = relationship()
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(ForeignKey("definitions.digest"))
    content: Mapped[dict[str, Any]]
    by_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), init=False)
    by: Mapped[Person] = relationship()
    at: Mapped[dt.datetime]
