"""The tables of the sites service, and the rules that need one row and its children."""

from services.sites.models.base import Base
from services.sites.models.counts import SiteCount
from services.sites.models.departed import DepartedCustomer
from services.sites.models.networks import Network
from services.sites.models.pages import MovedPage, Page
from services.sites.models.provisioning import Provisioning
from services.sites.models.sites import Domain, Site, SiteWord
from services.sites.models.verification import CustomerVerification, KnownMembership
from services.sites.models.visits import SwitchTicket, Visit

WORKS = {"provisioning": Provisioning}
"""The tables of due work, by the kind that their performer has."""

__all__ = [
    "WORKS",
    "Base",
    "CustomerVerification",
    "DepartedCustomer",
    "Domain",
    "KnownMembership",
    "MovedPage",
    "Network",
    "Page",
    "Provisioning",
    "Site",
    "SiteCount",
    "SiteWord",
    "SwitchTicket",
    "Visit",
]
