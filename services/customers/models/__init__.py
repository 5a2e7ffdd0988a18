"""The tables of the customers service, and the rules that need one row and its children."""

from kernel.work import DueWork
from services.customers.models.accounts import Account
from services.customers.models.api_keys import ApiKey
from services.customers.models.base import Base
from services.customers.models.buyers import InvoiceBuyer
from services.customers.models.custom_fields import CustomField, FieldUpkeep
from services.customers.models.customers import Customer
from services.customers.models.deletions import Deletion, FormerCustomer
from services.customers.models.facts import CustomerCount, CustomerFacts, CustomerWord
from services.customers.models.history import AuditLine, SignInAttempt, TimelineLine, TimelineSubject
from services.customers.models.imports import ImportFile, ImportPiece, ImportReject
from services.customers.models.invitations import Invitation
from services.customers.models.jobs import Job, JobRow
from services.customers.models.links import LinkRequest
from services.customers.models.mails import Mail, MailAttachment
from services.customers.models.networks import Network
from services.customers.models.notes import Note
from services.customers.models.numbers import NumberSequence
from services.customers.models.pay_links import PayLink
from services.customers.models.second_factors import RecoveryCode, SecondFactor, SignInChallenge
from services.customers.models.tokens import OneTimeToken

WORKS: dict[str, type[DueWork]] = {
    "mail": Mail,
    "link_request": LinkRequest,
    "field_upkeep": FieldUpkeep,
    "job": Job,
    "import": ImportFile,
}
"""The tables of due work, by the kind that their performer has."""

__all__ = [
    "WORKS",
    "Account",
    "ApiKey",
    "AuditLine",
    "Base",
    "CustomField",
    "Customer",
    "CustomerCount",
    "CustomerFacts",
    "CustomerWord",
    "Deletion",
    "FieldUpkeep",
    "FormerCustomer",
    "ImportFile",
    "ImportPiece",
    "ImportReject",
    "Invitation",
    "InvoiceBuyer",
    "Job",
    "JobRow",
    "LinkRequest",
    "Mail",
    "MailAttachment",
    "Network",
    "Note",
    "NumberSequence",
    "OneTimeToken",
    "PayLink",
    "RecoveryCode",
    "SecondFactor",
    "SignInAttempt",
    "SignInChallenge",
    "TimelineLine",
    "TimelineSubject",
]
