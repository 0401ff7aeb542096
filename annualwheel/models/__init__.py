"""The tables, one file per subject.

Drafts (`models.drafts`) are not among the names here: a module that reads them says so in an import
of its own, and the contracts in pyproject.toml say which modules may (decision 6).
"""

from annualwheel.models import drafts
from annualwheel.models.contacts import (
    Affiliation,
    Alias,
    Import,
    ImportBatch,
    ImportedPerson,
    Organisation,
    Person,
    YearOrganisation,
)
from annualwheel.models.mail import (
    Mailing,
    MailRequest,
    Message,
    MessageBody,
    Standstill,
    ToldPeople,
)
from annualwheel.models.meetings import AttendanceOption, Meeting, Phase, Result
from annualwheel.models.questionnaires import PublishedDefinition, Questionnaire
from annualwheel.models.records import (
    Attempt,
    Audit,
    File,
    FileChunk,
    MachineClock,
    Pack,
    Tick,
)
from annualwheel.models.registrations import Needs, NeedsList, Registration
from annualwheel.models.requests import ChangeRequest, DeletionRequest, OrganisationRequest
from annualwheel.models.staff import Staff, StaffLink, StaffRole, StaffSession
from annualwheel.models.submissions import Initiative, Member, Submission
from annualwheel.models.submitted import SubmissionVersion, SubmittedAnswer
from annualwheel.models.years import Category, FocusArea, Goal, Theme, Year

__all__ = [
    "Affiliation",
    "Alias",
    "Attempt",
    "AttendanceOption",
    "Audit",
    "Category",
    "ChangeRequest",
    "DeletionRequest",
    "File",
    "FileChunk",
    "FocusArea",
    "Goal",
    "Import",
    "ImportBatch",
    "ImportedPerson",
    "Initiative",
    "MachineClock",
    "MailRequest",
    "Mailing",
    "Meeting",
    "Member",
    "Message",
    "MessageBody",
    "Needs",
    "NeedsList",
    "Organisation",
    "OrganisationRequest",
    "Pack",
    "Person",
    "Phase",
    "PublishedDefinition",
    "Questionnaire",
    "Registration",
    "Result",
    "Staff",
    "StaffLink",
    "StaffRole",
    "StaffSession",
    "Standstill",
    "Submission",
    "SubmissionVersion",
    "SubmittedAnswer",
    "Theme",
    "Tick",
    "ToldPeople",
    "Year",
    "YearOrganisation",
    "drafts",
]
