"""Products in the console: listed, added, changed, duplicated, retired, brought back and deleted."""

import re

import pytest

from kernel.contracts.billing import Period
from kernel.contracts.products import ProductPrice, ProductsQuery, ProductTerms
from services.billing.models import Product
from services.billing.products.retirement import retire_product
from services.billing.products.sale import add_product, terms_of
from services.billing.queries.products import products_list
from tests.console.people import MONTHLY, member, product, registered
from tests.flows.browser import Answer, Browser
from tests.flows.world import World

NEW = "/products/new"
SENT = {
    "name": "Bas", "slug": "", "kind": "plan", "pricing": "paid", "description": "Rad ett\nRad två",
    "group": "Webb", "position": "5", "trial_days": "14", "cycles": "", "contact_url": "",
    "limits.sites": "1", "limits.pages": "", "limits.domains": "", "limits.storage": "500",
    "is_active": "true", "price_currency": "sek", "price_amount": "199.50", "price_setup_fee": "",
    "price_length": "1", "price_unit": "month",
}  # fmt: skip


def see(world: World, browser: Browser, path: str) -> Answer:
    return browser.get(world.url("admin", path))


def send(world: World, browser: Browser, path: str, **typed: str) -> Answer:
    """Open the page and send its form with what is typed instead."""
    csrf = see(world, browser, path).form("/sign-out")["csrf_token"]
    return browser.post(world.url("admin", path), {"csrf_token": csrf} | typed)


def add(world: World, name: str, **more: object) -> str:
    with world.databases["billing"].unit_of_work(world.command) as uow:
        terms = ProductTerms.model_validate({"name": name, "pricing": "free"} | more)
        return str(add_product(uow, terms).id)


def stored(world: World) -> list[ProductTerms]:
    with world.databases["billing"].unit_of_work(world.command) as uow:
        rows = products_list(uow, ProductsQuery()).items
        return [terms_of(uow.get(Product, row.id)) for row in rows]


def errors(answer: Answer) -> dict[str, str]:
    return dict(re.findall(r'<p class="field-error" id="([\w.]+)-error">(.*?)</p>', answer.text))


def test_an_empty_list_says_so_and_offers_the_first_product(world: World, browser: Browser):
    text = see(world, browser, "/products").text

    assert "No products yet" in text
    assert 'href="/products/new"' in text


def test_the_list_shows_tabs_with_their_counts_prices_and_states(world: World, browser: Browser):
    product(world, "Bas", 19900)
    add(world, "Domän", kind="package", is_active=False)
    gone = add(world, "Gammal", kind="service")
    with world.databases["billing"].unit_of_work(world.command) as uow:
        retire_product(uow, gone)  # type: ignore[arg-type]

    text, retired = (see(world, browser, f"/products{tab}").text for tab in ("", "?tab=retired"))

    tabs = re.findall(r'>(\w+)<span class="count">(\d+)</span>', text)
    assert tabs == [("All", "2"), ("Plans", "1"), ("Packages", "1"), ("Services", "0"), ("Retired", "1")]
    for words in ("SEK\xa0199.00 per month", "Free", "Not on sale", "On sale"):
        assert words in text
    assert "Gammal" not in text
    assert "Gammal" in retired


def test_the_list_is_searched_and_says_what_was_not_found(world: World, browser: Browser):
    add(world, "Bas")
    add(world, "Stor")

    found, none = (see(world, browser, f"/products?q={words}").text for words in ("sto", "%3Cb%3E"))

    assert (found.count('scope="row"'), "Stor" in found) == (1, True)
    assert "No product matches “&lt;b&gt;”" in none


def test_a_product_is_added_with_what_was_typed(world: World, browser: Browser):
    answer = send(world, browser, NEW, **SENT)

    [kept] = stored(world)
    assert answer.status == 303
    assert (kept.name, kept.slug, kept.description, kept.position) == ("Bas", "bas", "Rad ett\nRad två", 5)
    assert (kept.trial_days, kept.cycles, kept.is_active) == (14, None, True)
    assert kept.limits.model_dump(exclude_none=True) == {"sites": 1, "storage": 500}
    assert kept.prices == (ProductPrice(currency="SEK", amount=19950, period=MONTHLY),)


@pytest.mark.parametrize(
    ("language", "typed", "minor"), [("en", "1,234.50", 123450), ("sv", "1 234,50", 123450)]
)
def test_amounts_are_typed_in_the_readers_way(
    *, world: World, browser: Browser, language: str, typed: str, minor: int
):
    browser.language = language

    send(world, browser, NEW, **SENT | {"price_amount": typed})

    assert stored(world)[0].prices[0].amount == minor


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"name": " "}, {"name", "slug"}),
        ({"price_amount": "1,5,"}, {"prices.0.amount"}),
        ({"price_amount": "1.999"}, {"prices.0.amount"}),
        ({"price_amount": "1e9"}, {"prices.0.amount"}),
        ({"price_currency": "xyz"}, {"prices.0.currency"}),
        ({"price_length": "x"}, {"prices.0.period"}),
        ({"price_amount": ""}, {"prices"}),
        ({"trial_days": "fjorton", "limits.sites": "-1x"}, {"trial_days", "limits.sites"}),
        ({"position": "9" * 25}, {"position"}),
        ({"pricing": "contact_us", "price_amount": "", "contact_url": "nonsense"}, {"contact_url"}),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(
    *, world: World, browser: Browser, typed: dict[str, str], wrong: set[str]
):
    answer = send(world, browser, NEW, **SENT | typed)

    assert (answer.status, set(errors(answer))) == (422, wrong)
    assert ">\nRad ett\nRad två</textarea>" in answer.text
    for name in typed.keys() - {"pricing", "price_amount", "name"}:
        assert f'name="{name}"' in answer.text
        assert f'value="{typed[name]}"' in answer.text
    assert stored(world) == []


def test_rows_of_prices_come_and_go_without_a_script(world: World, browser: Browser):
    more = send(world, browser, NEW, **SENT | {"do": "more"})
    less = send(world, browser, NEW, **SENT | {"do": "remove:0"})
    wrong = send(world, browser, NEW, **SENT | {"do": "remove:7"})

    assert (more.status, more.text.count('name="price_amount"')) == (200, 5)
    assert 'value="199.50"' in more.text
    assert (less.status, less.text.count('name="price_amount"')) == (200, 1)
    assert 'value="199.50"' not in less.text
    assert 'value="Bas"' in less.text
    assert (wrong.status, stored(world)) == (400, [])


def test_a_change_is_saved_and_saving_nothing_says_so(world: World, browser: Browser):
    path = f"/products/{add(world, 'Bas')}"
    same = see(world, browser, path).form(path)

    free = SENT | {"pricing": "free", "price_amount": ""}
    saved = browser.follow(browser.post(world.url("admin", path), same | free | {"name": "Ny"}))
    again = see(world, browser, path).form(path)
    unchanged = browser.follow(browser.post(world.url("admin", path), again | free | {"name": "Ny"}))

    assert "Ny is saved." in saved.text
    assert "Nothing was changed." in unchanged.text
    assert [one.name for one in stored(world)] == ["Ny"]


def test_who_saves_second_sees_what_the_other_saved_and_overwrites_it_only_when_meant(
    world: World, browser: Browser
):
    path = f"/products/{add(world, 'Bas')}"
    mine = see(world, browser, path).form(path)
    free = SENT | {"pricing": "free", "price_amount": "", "slug": "bas"}
    browser.post(world.url("admin", path), mine | free | {"name": "Deras", "limits.sites": "7"})

    refused = browser.post(world.url("admin", path), mine | free | {"name": "Mitt"})
    kept = [one.name for one in stored(world)]
    meant = browser.post(world.url("admin", path), refused.form(path) | free | {"name": "Mitt"})

    assert refused.status == 409
    for words in ("Saved by somebody else: <bdi>Deras</bdi>", "Saved by somebody else: <bdi>7</bdi>"):
        assert words in refused.text
    assert 'value="Mitt"' in refused.text
    assert kept == ["Deras"]
    assert (meant.status, [one.name for one in stored(world)]) == (303, ["Mitt"])


def test_a_duplicate_begins_with_everything_but_the_address(world: World, browser: Browser):
    there = product(world, "Bas", 19900)

    text = see(world, browser, f"{NEW}?copy={there}").text

    assert 'value="Copy of Bas"' in text
    assert 'id="slug" name="slug" type="text" value=""' in text
    assert 'value="199.00"' in text
    assert len(stored(world)) == 1


def test_a_product_in_use_is_retired_and_brought_back_and_cannot_be_deleted(world: World, browser: Browser):
    used = product(world, "Bas", 19900)
    member(world, registered(world, "asa@example.com", "Åsa", "Lind"), used)
    path = f"/products/{used}"

    page = see(world, browser, path).text
    asked = see(world, browser, f"{path}/delete").text
    refused = browser.follow(send(world, browser, f"{path}/delete"))
    retired = browser.follow(send(world, browser, f"{path}/retire"))
    back = browser.follow(
        browser.post(world.url("admin", f"{path}/bring-back"), retired.form(f"{path}/bring-back"))
    )

    assert "<dt>Active</dt><dd>1</dd>" in page
    assert f'href="/memberships?product_id={used}"' in page
    assert 'disabled aria-describedby="why-not"' in page
    assert "btn-danger" not in asked
    assert "Bas was sold, so it cannot be deleted. Retire it instead." in refused.text
    assert "Bas is retired." in retired.text
    assert "Bas is on sale again." in back.text
    assert stored(world)[0].is_active


def test_a_product_that_nobody_had_is_deleted_once_that_is_confirmed(world: World, browser: Browser):
    path = f"/products/{add(world, 'Bas')}"

    asked = see(world, browser, f"{path}/delete")
    kept = len(stored(world))
    gone = browser.follow(browser.post(world.url("admin", f"{path}/delete"), asked.form(f"{path}/delete")))

    assert (kept, stored(world)) == (1, [])
    assert "The product is deleted." in gone.text


def test_who_may_only_look_sees_a_form_that_cannot_be_sent(world: World):
    world.admin("granskare@demo.example", role="auditor")
    browser = world.signed_in("granskare@demo.example")
    path = f"/products/{add(world, 'Bas', prices=[], kind='plan')}"

    page = see(world, browser, path)
    refused = send(world, browser, path, **SENT)

    assert '<fieldset class="stack" disabled>' in page.text
    assert "save-bar" not in page.text
    assert see(world, browser, NEW).status == 403
    assert (refused.status, [one.name for one in stored(world)]) == (403, ["Bas"])


def test_the_page_is_read_in_swedish(world: World, browser: Browser):
    browser.language = "sv"
    yearly = {"currency": "SEK", "amount": 199000, "period": Period(length=1, unit="year")}
    path = f"/products/{add(world, 'Bas', pricing='paid', prices=[yearly])}"

    text, listed = see(world, browser, path).text, see(world, browser, "/products").text

    for words in ("Ta ur sortimentet", 'value="1990,00"', "Startavgift"):
        assert words in text
    assert "1\xa0990,00\xa0kr per år" in listed
