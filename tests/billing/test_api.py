"""What billing answers over HTTP, to whom, and with how many statements."""

from dataclasses import replace
from uuid import UUID

import pytest
from flask import Flask

from kernel.auth import Identity, Signer
from kernel.config import Settings
from kernel.contracts.access import ROLES, SITE_OWNER
from kernel.contracts.billing import CustomerBilling
from kernel.contracts.customers import FoundList
from kernel.contracts.memberships import Membership
from kernel.contracts.payments import Payment
from kernel.ids import new_id
from services.billing.app import create_app
from services.billing.memberships.lifecycle import activate_membership
from services.billing.payments.lifecycle import complete_payment, create_payment
from services.billing.payments.lines import Item
from services.billing.refunds.lifecycle import request_refund
from tests.billing.conftest import Open, make_membership, make_payment, sek
from tests.calling import Call, caller, statements


@pytest.fixture(scope="module")
def app(settings: Settings) -> Flask:
    return create_app(settings)


@pytest.fixture
def call(app: Flask, signer: Signer) -> Call:
    return caller(app, signer)


@pytest.fixture
def admin(network: UUID) -> Identity:
    account_id = new_id()
    return Identity(network, f"account:{account_id}", ROLES["auditor"], account_id=account_id, epoch=0)


@pytest.fixture
def site_owner(admin: Identity, customer_id: UUID) -> Identity:
    return replace(admin, permissions=SITE_OWNER, customer_id=customer_id)


@pytest.fixture
def membership_id(opened: Open, customer_id: UUID) -> UUID:
    """A membership that runs, with one payment of which a part was given back."""
    with opened() as uow:
        membership = activate_membership(uow, make_membership(uow, customer_id).id)
        payment = create_payment(
            uow,
            customer_id=customer_id,
            currency="SEK",
            items=[Item("Bas", 19900)],
            membership_id=membership.id,
        )
        complete_payment(uow, payment.id, reference="BG 123-4567")
        request_refund(uow, payment.id, sek(900), reason="Goodwill")
        return membership.id


def test_the_customers_billing_comes_in_three_statements(
    app: Flask, call: Call, admin: Identity, membership_id: UUID, customer_id: UUID
) -> None:
    with statements(app.extensions["atoll"].database) as sent:
        answer = call(admin, "GET", f"/v1/customers/{customer_id}/billing")

    found = CustomerBilling.model_validate_json(answer.data)
    assert len(sent) == 3
    assert (found.membership_count, found.payment_count) == (1, 1)
    assert (found.memberships[0].id, found.memberships[0].product) == (membership_id, "Bas")
    assert (found.payments[0].total, found.payments[0].refunded) == (sek(19900), sek(900))


def test_of_many_payments_the_newest_ten_come_and_all_are_counted(
    opened: Open, call: Call, admin: Identity, customer_id: UUID
) -> None:
    with opened() as uow:
        for _ in range(12):
            make_payment(uow, customer_id)

    answer = call(admin, "GET", f"/v1/customers/{customer_id}/billing")

    found = CustomerBilling.model_validate_json(answer.data)
    assert found.payment_count == 12
    assert [payment.number for payment in found.payments] == list(range(12, 2, -1))


def test_a_customer_without_billing_has_empty_lists(call: Call, admin: Identity) -> None:
    answer = call(admin, "GET", f"/v1/customers/{new_id()}/billing")

    assert CustomerBilling.model_validate_json(answer.data) == CustomerBilling(
        memberships=[], membership_count=0, payments=[], payment_count=0
    )


def test_a_membership_comes_with_its_payments(
    app: Flask, call: Call, admin: Identity, membership_id: UUID
) -> None:
    with statements(app.extensions["atoll"].database) as sent:
        answer = call(admin, "GET", f"/v1/memberships/{membership_id}")

    membership = Membership.model_validate_json(answer.data)
    assert len(sent) == 4
    assert (membership.status, membership.auto_renew) == ("active", True)
    assert [payment.status for payment in membership.payments] == ["partially_refunded"]


def test_a_payment_comes_with_lines_and_refunds(
    app: Flask, call: Call, admin: Identity, customer_id: UUID, membership_id: UUID
) -> None:
    listed = CustomerBilling.model_validate_json(
        call(admin, "GET", f"/v1/customers/{customer_id}/billing").data
    )

    with statements(app.extensions["atoll"].database) as sent:
        answer = call(admin, "GET", f"/v1/payments/{listed.payments[0].id}")

    payment = Payment.model_validate_json(answer.data)
    assert len(sent) == 8
    assert (payment.membership_number, payment.gateway_reference) == (1, "BG 123-4567")
    assert [line.total for line in payment.lines] == [sek(19900)]
    assert [(refund.amount, refund.reason) for refund in payment.refunds] == [(sek(900), "Goodwill")]


@pytest.mark.parametrize("path", ["memberships", "payments"])
def test_what_is_absent_is_not_found(call: Call, admin: Identity, path: str) -> None:
    answer = call(admin, "GET", f"/v1/{path}/{new_id()}")

    assert (answer.status_code, answer.json["detail"]) == (404, f"There is no such {path[:-1]}.")


@pytest.mark.parametrize(
    ("typed", "kinds"),
    [("1", ["membership", "payment"]), ("#1", ["membership", "payment"]), (" 7 ", []), ("anna", []), ("", []),
     ("9" * 60, []), ("٣", [])],
)  # fmt: skip
def test_the_search_finds_numbers(
    call: Call, admin: Identity, membership_id: UUID, typed: str, kinds: list[str]
) -> None:
    answer = call(admin, "GET", "/v1/search", query_string={"q": typed})

    found = FoundList.model_validate_json(answer.data)
    assert [hit.kind for hit in found.items] == kinds
    assert [hit.detail for hit in found.items] == ["Bas", "199.00 SEK"][: len(kinds)]


def test_an_owner_sees_his_own_billing_and_nothing_else(
    call: Call, site_owner: Identity, customer_id: UUID, membership_id: UUID
) -> None:
    own = CustomerBilling.model_validate_json(call(site_owner, "GET", "/v1/own/billing").data)

    assert [membership.id for membership in own.memberships] == [membership_id]
    assert call(site_owner, "GET", f"/v1/customers/{customer_id}/billing").status_code == 403
    assert call(site_owner, "GET", f"/v1/memberships/{membership_id}").status_code == 403


def test_an_account_without_a_customer_owns_nothing(call: Call, site_owner: Identity) -> None:
    answer = call(replace(site_owner, customer_id=None), "GET", "/v1/own/billing")

    assert (answer.status_code, answer.json["code"]) == (403, "NoCustomer")


def test_another_networks_admin_sees_nothing(
    call: Call, admin: Identity, customer_id: UUID, membership_id: UUID
) -> None:
    stranger = replace(admin, network_id=new_id())

    assert call(stranger, "GET", f"/v1/memberships/{membership_id}").status_code == 404
    assert call(stranger, "GET", f"/v1/customers/{customer_id}/billing").json["payment_count"] == 0
