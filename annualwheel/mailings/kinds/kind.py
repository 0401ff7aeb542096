"""What every kind of mailing answers.

A kind says whether it is possible now, to whom it goes, with which facts, how it is written, and
whether it is still wanted when its turn comes. The page that shows the mail, the test mail, the
sending and the last look before it leaves ask the same object, so that what is shown is what is
sent.
"""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from annualwheel.meetings.acts import MeetingNews
from annualwheel.models import Mailing, Meeting, Message
from annualwheel.registrations.audiences import Addressee, Choice

To = TypeVar("To")


@dataclass(frozen=True)
class MailingDraft:
    """What a coordinator is about to send.

    `kind` is the key of the kind. `choice` goes with the kinds whose people are chosen; `left_out`
    holds the keys of unticked rows; `news` goes with what an act announces. `questionnaire` is the
    key of what a mail asks to answer or reminds of; not needed where the meeting has one. `group`
    is one of the kind's `groups`, "" for all of them.
    """

    meeting: Meeting
    kind: str
    choice: Choice | None = None
    left_out: frozenset[str] = frozenset()
    news: MeetingNews | None = None
    questionnaire: str = ""
    group: str = ""

    def ticked(self, everyone: Sequence[Addressee]) -> list[Addressee]:
        """The people of `everyone` that no coordinator has unticked."""
        return [one for one in everyone if one.key not in self.left_out]


class Kind(ABC, Generic[To]):
    """A kind of mailing. Its mails are of the kind of mail with the same key (`mail.kinds`).

    `address` is the word in the address of the page where it is composed; empty for what an act
    announces by itself. `by_choice`: a coordinator chooses whom. `about_a_questionnaire`: it is
    about one of the meeting's questionnaires, which has to be open for its link to be of use.
    `reminds`: it asks for what has not come. `groups`: those of `audiences.GROUPS` that it may be
    narrowed to. `about_the_end`: it is written although the meeting is cancelled, since that is
    what it says.
    """

    key: ClassVar[str]
    address: ClassVar[str] = ""
    by_choice: ClassVar[bool] = False
    about_a_questionnaire: ClassVar[bool] = False
    reminds: ClassVar[bool] = False
    groups: ClassVar[tuple[str, ...]] = ()
    about_the_end: ClassVar[bool] = False
    most: ClassVar[int] = 25

    @abstractmethod
    def require_possible(self, draft: MailingDraft, now: dt.datetime) -> None:
        """Raises `Closed` or `Refused` when it cannot be sent for that meeting at `now` (aware).

        Does not look at whom it is for.
        """

    @abstractmethod
    def recipients(self, draft: MailingDraft, now: dt.datetime) -> list[Addressee]:
        """The people it is about at `now`, with those who are left out, each with a unique key."""

    def latest(self, draft: MailingDraft) -> Mapping[str, dt.datetime]:
        """When those of `recipients` were last mailed what it is about, by their keys."""
        return {}

    @abstractmethod
    def facts(self, draft: MailingDraft, one: Addressee, now: dt.datetime) -> dict[str, object]:
        """What the mail to `one` says, in the language of `one` (see `mail.kinds.KINDS`).

        Writes nothing: it makes up the rows that are not there yet.
        """

    @abstractmethod
    def left(self, mailing: Mailing, now: dt.datetime) -> Sequence[To]:
        """The people that a mailing under preparation has still to be written to."""

    @abstractmethod
    def write(self, mailing: Mailing, batch: Sequence[To], now: dt.datetime) -> None:
        """Queues the mails to these people, with the same facts, and flushes.

        Call it under the locks of the meeting and the mailing. A fixed number of queries.
        """

    def is_wanted(self, message: Message) -> bool:
        """Whether a mail of a mailing should still go, now that its turn has come."""
        return True
