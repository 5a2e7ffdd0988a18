"""The HTTP side of the billing service: read the request, call one function, answer a contract.

Every area has a module here whose routes stand on the one blueprint; it is named below to be loaded.
"""

from services.billing.api import agenda as agenda
from services.billing.api import books as books
from services.billing.api import card_pages as card_pages
from services.billing.api import deletions as deletions
from services.billing.api import gateways as gateways
from services.billing.api import invoices as invoices
from services.billing.api import memberships as memberships
from services.billing.api import methods as methods
from services.billing.api import overview as overview
from services.billing.api import own_payments as own_payments
from services.billing.api import pay_pages as pay_pages
from services.billing.api import payments as payments
from services.billing.api import products as products
from services.billing.api import refunds as refunds
from services.billing.api import repricing as repricing
from services.billing.api import settings as settings
from services.billing.api.blueprint import api

__all__ = ["api"]
