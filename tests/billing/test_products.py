"""Products: put on sale, changed, retired, brought back and deleted; and what may not be done with them."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from kernel.auth import Identity, Signer
from kernel.config import Settings
from kernel.contracts.access import ROLES
from kernel.contracts.billing import Period
from kernel.contracts.products import Product, ProductLimits, ProductPrice, ProductsList, ProductTerms
from kernel.database import UnitOfWork
from kernel.ids import new_id
from kernel.log import EventRow
from services.billing.app import create_app
from services.billing.memberships.lifecycle import NotSoldThatWay, activate_membership, start_membership
from services.billing.models import Membership, Price
from services.billing.products.sale import add_product
from tests.billing.conftest import MONTHLY, Open, make_membership
from tests.calling import Call, caller, statements

YEARLY = Period(length=1, unit="year")
BAS = ProductTerms(
    name="Små företag",
    kind="plan",
    description="För den som börjar.",
    group="Webb",
    trial_days=14,
    cycles=12,
    limits=ProductLimits(sites=1, storage=500),
    prices=(
        ProductPrice(currency="SEK", amount=19900, setup_fee=5000, period=MONTHLY),
        ProductPrice(currency="SEK", amount=199000, period=YEARLY),
        ProductPrice(currency="JPY", amount=3000),
    ),
)


@pytest.fixture(scope="module")
def app(settings: Settings) -> Flask:
    return create_app(settings)


@pytest.fixture
def call(app: Flask, signer: Signer) -> Call:
    return caller(app, signer)


@pytest.fixture
def admin(network: UUID) -> Identity:
    account_id = new_id()
    return Identity(network, f"account:{account_id}", ROLES["finance"], account_id=account_id, epoch=0)


@pytest.fixture
def bas(call: Call, admin: Identity) -> Product:
    return read(call(admin, "POST", "/v1/products", data=BAS.model_dump_json()))


def read(answer: Any) -> Product:
    assert answer.status_code in {200, 201}, answer.text
    return Product.model_validate_json(answer.data)


def put(call: Call, admin: Identity, product: Product, *, seen: list[int] | None = None, **terms: Any) -> Any:
    changed = product.terms.model_copy(update=terms)
    body = {"seen": seen or [product.version], "terms": changed.model_dump(mode="json")}
    return call(admin, "PUT", f"/v1/products/{product.id}", json=body)


def names(call: Call, admin: Identity, query: str = "") -> list[str]:
    found = ProductsList.model_validate_json(call(admin, "GET", f"/v1/products{query}").data)
    return [row.name for row in found.items]


def told(opened: Open) -> list[tuple[str, dict[str, Any]]]:
    with opened() as uow:
        rows = uow.session.scalars(select(EventRow).where(EventRow.type.startswith("product.")))
        return [(row.type, row.payload) for row in sorted(rows, key=lambda row: row.position)]


@pytest.fixture
def member(opened: Open, customer_id: UUID) -> Membership:
    """Somebody who has the plan Bas."""
    with opened() as uow:
        made = make_membership(uow, customer_id)
        activate_membership(uow, made.id)
    return made


def test_a_product_is_kept_with_its_prices_and_limits_and_told_whole(opened: Open, bas: Product) -> None:
    assert bas.terms == BAS.model_copy(
        update={"slug": "sma-foretag", "prices": (BAS.prices[2], BAS.prices[0], BAS.prices[1])}
    )
    assert (bas.version, bas.uses, bas.is_used, bas.retired_at) == (1, {}, False, None)
    [(kind, event)] = told(opened)
    assert kind == "product.created"
    assert event["terms"]["limits"] == {"sites": 1, "pages": None, "domains": None, "storage": 500}


@pytest.mark.parametrize(
    ("terms", "fields"),
    [
        ({"name": "  "}, {"name", "slug"}),
        ({"slug": "-Å"}, {"slug"}),
        ({"prices": ()}, {"prices"}),
        ({"pricing": "free"}, {"prices"}),
        ({"trial_days": -1, "cycles": 0, "position": 10**30}, {"trial_days", "cycles", "position"}),
        ({"limits": ProductLimits(sites=-1, storage=10**20)}, {"limits.sites", "limits.storage"}),
        ({"pricing": "contact_us", "prices": (), "contact_url": "javascript:alert(1)"}, {"contact_url"}),
        ({"prices": (ProductPrice(currency="ABC", amount=-1),)}, {"prices.0.currency", "prices.0.amount"}),
        ({"prices": (ProductPrice(currency="SEK", amount=0),)}, {"prices.0.amount"}),
        ({"prices": (ProductPrice(currency="SEK", amount=1, setup_fee=-1),)}, {"prices.0.setup_fee"}),
        (
            {
                "prices": (
                    ProductPrice(currency="SEK", amount=1, period=YEARLY),
                    ProductPrice(currency="SEK", amount=2, period=Period(length=12, unit="month")),
                )
            },
            {"prices.1.period"},
        ),
        (
            {"prices": (ProductPrice(currency="SEK", amount=1, period=Period(length=0, unit="day")),)},
            {"prices.0.period"},
        ),
    ],
)
def test_what_is_wrong_is_said_of_every_field_and_nothing_is_kept(
    call: Call, opened: Open, admin: Identity, terms: dict[str, Any], fields: set[str]
) -> None:
    wrong = BAS.model_copy(update=terms)

    answer = call(admin, "POST", "/v1/products", data=wrong.model_dump_json())

    assert (answer.status_code, answer.json["code"]) == (422, "ProductNotValid")
    assert {field["field"] for field in answer.json["fields"]} == fields
    assert (names(call, admin), told(opened)) == ([], [])


def test_two_products_never_have_one_address(call: Call, admin: Identity, bas: Product) -> None:
    second = call(admin, "POST", "/v1/products", data=BAS.model_dump_json())

    assert (second.status_code, [one["field"] for one in second.json["fields"]]) == (422, ["slug"])
    assert names(call, admin) == ["Små företag"]


def test_a_change_keeps_the_rows_of_prices_that_stay_and_tells_both_sides(
    call: Call, opened: Open, admin: Identity, bas: Product
) -> None:
    with opened() as uow:
        before = {row.amount: row.id for row in uow.session.scalars(select(Price))}
    dearer = ProductPrice(currency="SEK", amount=24900, period=MONTHLY)

    changed = read(put(call, admin, bas, name="Bas", prices=(dearer, BAS.prices[2])))

    with opened() as uow:
        after = {row.amount: row.id for row in uow.session.scalars(select(Price))}
    assert after == {24900: before[19900], 3000: before[3000]}
    assert (changed.version, changed.name, changed.slug) == (2, "Bas", "sma-foretag")
    kind, event = told(opened)[-1]
    assert (kind, event["before"]["name"]) == ("product.changed", "Små företag")
    assert event["after"]["name"] == "Bas"


def test_saving_what_is_there_changes_and_tells_nothing(
    call: Call, opened: Open, admin: Identity, bas: Product
) -> None:
    same = read(put(call, admin, bas))

    assert (same.version, same.modified_at, len(told(opened))) == (1, bas.modified_at, 1)


def test_who_saves_second_is_refused_and_overwrites_nothing(
    call: Call, opened: Open, admin: Identity, bas: Product
) -> None:
    put(call, admin, bas, name="Först")

    second = put(call, admin, bas, name="Sist")

    assert (second.status_code, second.json["code"]) == (409, "ChangedMeanwhile")
    assert (names(call, admin), len(told(opened))) == (["Först"], 2)


def test_a_new_price_never_touches_a_membership_there_is(
    call: Call, opened: Open, admin: Identity, member: Membership
) -> None:
    product = read(call(admin, "GET", f"/v1/products/{member.product_id}"))

    dearer = ProductPrice(currency="SEK", amount=99900, period=MONTHLY)
    changed = read(put(call, admin, product, prices=(dearer,)))

    with opened() as uow:
        kept = uow.get(Membership, member.id)
        assert (kept.amount, [item.unit for item in kept.items]) == (19900, [19900])
    assert (changed.prices, changed.uses) == ((dearer,), {"active": 1})


def test_the_kind_of_a_product_that_somebody_has_stays(
    call: Call, admin: Identity, bas: Product, member: Membership
) -> None:
    used = read(call(admin, "GET", f"/v1/products/{member.product_id}"))

    refused, free = put(call, admin, used, kind="service"), put(call, admin, bas, kind="service")

    assert (refused.status_code, [one["field"] for one in refused.json["fields"]]) == (422, ["kind"])
    assert read(call(admin, "GET", f"/v1/products/{used.id}")).kind == "plan"
    assert read(free).kind == "service"


def test_a_product_in_use_is_retired_and_brought_back_but_never_deleted(
    call: Call, opened: Open, admin: Identity, member: Membership
) -> None:
    path = f"/v1/products/{member.product_id}"

    refused = call(admin, "DELETE", path)
    retired = read(call(admin, "POST", f"{path}/retire"))
    again = read(call(admin, "POST", f"{path}/retire"))
    on_sale = put(call, admin, retired, is_active=True)
    back = read(call(admin, "POST", f"{path}/bring-back"))

    assert (refused.status_code, refused.json["code"]) == (409, "ProductInUse")
    assert (retired.is_active, retired.retired_at is None) == (False, False)
    assert (again.version, again.retired_at) == (retired.version, retired.retired_at)
    assert [one["field"] for one in on_sale.json["fields"]] == ["is_active"]
    assert (back.is_active, back.retired_at, back.is_used) == (True, None, True)
    events = [(kind, payload["is_retired"]) for kind, payload in told(opened) if kind == "product.retired"]
    assert events == [("product.retired", True), ("product.retired", False)]


def test_nobody_begins_a_membership_with_a_retired_product(
    call: Call, admin: Identity, uow: UnitOfWork, bas: Product, customer_id: UUID
) -> None:
    call(admin, "POST", f"/v1/products/{bas.id}/retire")

    with pytest.raises(NotSoldThatWay):
        start_membership(uow, customer_id=customer_id, product_id=bas.id, currency="SEK", period=MONTHLY)


def test_a_product_that_nobody_ever_had_is_deleted(
    call: Call, opened: Open, admin: Identity, bas: Product
) -> None:
    deleted = call(admin, "DELETE", f"/v1/products/{bas.id}")
    missing = call(admin, "GET", f"/v1/products/{bas.id}")

    assert (deleted.status_code, missing.status_code, names(call, admin)) == (204, 404, [])
    assert told(opened)[-1][0] == "product.deleted"


def test_the_list_is_in_order_by_tab_and_by_what_is_searched_for(
    call: Call, opened: Open, admin: Identity
) -> None:
    with opened() as uow:
        for place, (name, kind) in enumerate([("Stor", "plan"), ("Liten", "plan"), ("Domän", "package")]):
            free = {"name": name, "kind": kind, "pricing": "free", "position": 10 - place // 2}
            add_product(uow, ProductTerms.model_validate(free))
        gone = add_product(uow, ProductTerms(name="Gammal", kind="service", pricing="free"))
    call(admin, "POST", f"/v1/products/{gone.id}/retire")

    counts = call(admin, "GET", "/v1/products").json["counts"]

    assert names(call, admin) == ["Domän", "Liten", "Stor"]
    assert counts == {"all": 3, "plan": 2, "package": 1, "service": 0, "retired": 1}
    assert (names(call, admin, "?tab=plan"), names(call, admin, "?tab=retired")) == (
        ["Liten", "Stor"],
        ["Gammal"],
    )
    assert (names(call, admin, "?q=TOR"), names(call, admin, "?q=%25")) == (["Stor"], [])


def test_the_list_is_read_on_and_back_by_its_cursors(call: Call, opened: Open, admin: Identity) -> None:
    with opened() as uow:
        for number in range(5):
            add_product(uow, ProductTerms(name=f"P{number}", pricing="free"))

    def page(query: str) -> ProductsList:
        answer = call(admin, "GET", f"/v1/products?limit=2&{query}")
        return ProductsList.model_validate_json(answer.data)

    first = page("")
    second = page(f"after={first.after}")
    third = page(f"after={second.after}")
    back = page(f"before={third.before}")

    pages = [[row.name for row in one.items] for one in (first, second, third, back)]
    assert pages == [["P0", "P1"], ["P2", "P3"], ["P4"], ["P2", "P3"]]
    assert (first.before, third.after, page(f"before={back.before}").before) == (None, None, None)
    assert call(admin, "GET", "/v1/products?after=nonsense").status_code == 422


def test_the_list_costs_four_statements_and_a_product_five(
    app: Flask, call: Call, admin: Identity, bas: Product
) -> None:
    with statements(app.extensions["atoll"].database) as sent:
        call(admin, "GET", "/v1/products")
    with statements(app.extensions["atoll"].database) as sent_for_one:
        call(admin, "GET", f"/v1/products/{bas.id}")

    assert (len(sent), len(sent_for_one)) == (4, 5)


def test_who_may_only_look_changes_nothing(call: Call, opened: Open, admin: Identity, bas: Product) -> None:
    looking = replace(admin, permissions=ROLES["auditor"])

    answers = [
        call(looking, "POST", "/v1/products", data=BAS.model_dump_json()),
        put(call, looking, bas, name="Nej"),
        call(looking, "POST", f"/v1/products/{bas.id}/retire"),
        call(looking, "POST", f"/v1/products/{bas.id}/bring-back"),
        call(looking, "DELETE", f"/v1/products/{bas.id}"),
    ]

    assert [answer.status_code for answer in answers] == [403] * 5
    assert (names(call, looking), len(told(opened))) == (["Små företag"], 1)


def test_another_networks_product_is_absent_and_stays(call: Call, admin: Identity, bas: Product) -> None:
    stranger = replace(admin, network_id=new_id())

    answers = [
        call(stranger, "GET", f"/v1/products/{bas.id}"),
        put(call, stranger, bas, name="Stulen"),
        call(stranger, "POST", f"/v1/products/{bas.id}/retire"),
        call(stranger, "DELETE", f"/v1/products/{bas.id}"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert (names(call, stranger), names(call, admin)) == ([], ["Små företag"])
