"""Editing a customer in the console: the form, what is wrong with it, and two admins on one record."""

import re
from uuid import uuid4

import pytest
from sqlalchemy import select

from kernel.contracts.customers import BillingInfo
from services.customers.models import Customer
from services.customers.profiles.registration import mark_vip
from tests.console.people import registered, settle
from tests.flows.browser import Answer, Browser
from tests.flows.stack import Stack
from tests.flows.world import Owner, World, make_world

STOCKHOLM = BillingInfo(line1="Storgatan 1", postcode="111 22", city="Stockholm", country="SE")
PLACE = "?place=tab%3Dvip%26q%3Dasa"


@pytest.fixture
def owner(world: World) -> Owner:
    settle(world)
    return registered(
        world, "asa@example.com", "Åsa", "Lind", username="asalind", phone="+46701740605", billing=STOCKHOLM
    )


def path_of(owner: Owner, rest: str = "") -> str:
    return f"/customers/{owner.customer_id}/edit{rest}"


def opened(world: World, browser: Browser, owner: Owner, rest: str = "") -> Answer:
    return browser.get(world.url("admin", path_of(owner, rest)))


def form_of(world: World, browser: Browser, owner: Owner) -> dict[str, str]:
    """Return what the form holds but its hidden button."""
    return opened(world, browser, owner).form(path_of(owner))


def send(
    world: World, browser: Browser, owner: Owner, form: dict[str, str], *, rest: str = "", **typed: str
) -> Answer:
    return browser.post(world.url("admin", path_of(owner, rest)), form | typed)


def values(answer: Answer) -> dict[str, str]:
    """Return the texts that stand in the form."""
    action = re.search(r'<form method="post" action="([^"]*/edit[^"]*)"', answer.text)
    assert action, answer.text[:500]
    return answer.form(action.group(1))


def saved(world: World, browser: Browser, owner: Owner) -> dict[str, str]:
    return values(opened(world, browser, owner))


def errors(answer: Answer) -> dict[str, str]:
    return dict(re.findall(r'<p class="field-error" id="([a-z_0-9]+)-error">(.*?)</p>', answer.text))


def test_the_form_holds_what_is_saved(world: World, browser: Browser, owner: Owner):
    answer = opened(world, browser, owner)

    form = values(answer)
    held = {name: form[name] for name in ("first_name", "email", "username", "phone", "billing_postcode")}
    assert held == {
        "first_name": "Åsa", "email": "asa@example.com", "username": "asalind",
        "phone": "+46 70 174 06 05", "billing_postcode": "111 22",
    }  # fmt: skip
    assert '<option value="SE" selected>Sweden</option>' in answer.text


def test_it_is_saved_and_leads_back_to_the_same_place_in_the_list(
    world: World, browser: Browser, owner: Owner
):
    form = form_of(world, browser, owner)

    answer = send(world, browser, owner, form, rest=PLACE, last_name="Berg", phone="08-505 505 05")

    assert (answer.status, answer.location) == (303, world.url("admin", "/customers?tab=vip&q=asa"))
    assert "Åsa Berg is saved." in browser.follow(answer).text
    assert saved(world, browser, owner)["phone"] == "+46 8 505 505 05"


def test_saving_and_continuing_stays_on_the_form(world: World, browser: Browser, owner: Owner):
    form = form_of(world, browser, owner)

    answer = send(world, browser, owner, form, rest=PLACE, last_name="Berg", do="continue")
    stayed = browser.follow(answer)

    assert answer.location == world.url("admin", path_of(owner, PLACE))
    assert values(stayed)["last_name"] == "Berg"
    again = browser.post(answer.location, values(stayed) | {"last_name": "Dahl", "do": "save"})
    assert again.status == 303


def test_back_and_reset_keep_the_place_and_are_links(world: World, browser: Browser, owner: Owner):
    answer = opened(world, browser, owner, PLACE)

    links = dict(re.findall(r'<a class="btn" href="([^"]*)"[^>]*><svg.*?</svg>(\w+)</a>', answer.text))
    named = {name: target for target, name in links.items()}
    assert named["Back"] == "/customers?tab=vip&amp;q=asa"
    assert named["Reset"] == path_of(owner, PLACE).replace("&", "&amp;")


@pytest.mark.parametrize(
    "place",
    ["//evil.example", "https://evil.example/", "%0d%0aSet-Cookie: a=b", "tab=vip%23", "&&&=", "\\\\evil"],
)
def test_the_place_leads_to_the_list_and_nowhere_else(
    world: World, browser: Browser, owner: Owner, place: str
):
    form = form_of(world, browser, owner)

    answer = send(world, browser, owner, form, rest=f"?place={place}", last_name="Berg")

    assert answer.status == 303
    assert re.fullmatch(
        re.escape(world.url("admin", "/customers")) + r"(\?[A-Za-z0-9=&%.+_-]*)?", answer.location
    )


def test_the_list_hands_its_place_on_to_the_customer_and_the_form(
    world: World, browser: Browser, owner: Owner
):
    listed = browser.get(world.url("admin", "/customers?q=asa&sort=name"))

    links = re.findall(r'href="(/customers/[0-9a-f-]{36}[^"]*)"', listed.text)
    expected = f"/customers/{owner.customer_id}?place=q%3Dasa%26sort%3Dname"
    assert expected in links
    shown = browser.get(world.url("admin", expected)).text
    assert 'href="/customers?q=asa&amp;sort=name"' in shown
    assert f'href="{path_of(owner)}?place=q%3Dasa%26sort%3Dname"' in shown
    plain = browser.get(world.url("admin", "/customers")).text
    assert f'href="/customers/{owner.customer_id}"' in plain


def test_wrong_input_is_told_beside_the_field_and_everything_typed_is_kept(
    world: World, browser: Browser, owner: Owner
):
    typed = {
        "first_name": "Åsa <Maria>", "email": "asa", "phone": "soon", "billing_postcode": "1",
        "billing_vat_number": "SE1", "billing_city": "Umeå",
    }  # fmt: skip

    answer = send(world, browser, owner, form_of(world, browser, owner), **typed)

    assert answer.status == 422
    assert errors(answer) == {
        "email": "An e-mail address has an @ in it.",
        "phone": "This is no phone number.",
        "billing_postcode": "A postcode of Sweden looks like 11455.",
        "billing_vat_number": "Sweden has no such VAT number.",
    }
    assert 'aria-describedby="billing_postcode-error"' in answer.text
    kept = values(answer)
    assert {name: kept[name] for name in typed} == typed
    assert saved(world, browser, owner)["first_name"] == "Åsa"


def test_wrong_input_is_told_in_swedish(world: World, browser: Browser, owner: Owner):
    browser.language = "sv"

    answer = send(world, browser, owner, form_of(world, browser, owner), billing_postcode="1")

    assert errors(answer) == {"billing_postcode": "Ett postnummer i Sverige ser ut som 11455."}


def test_an_address_that_is_taken_is_told_beside_the_field(world: World, browser: Browser, owner: Owner):
    registered(world, "bo@example.com", "Bo", "Ek")

    answer = send(world, browser, owner, form_of(world, browser, owner), email="BO@example.com")

    assert (answer.status, errors(answer)["email"]) == (
        422,
        "This e-mail address already belongs to an account.",
    )


def test_nothing_changed_is_nothing_saved(world: World, browser: Browser, owner: Owner):
    form = form_of(world, browser, owner)

    answer = browser.follow(send(world, browser, owner, form))

    assert "Nothing was changed." in answer.text
    assert saved(world, browser, owner)["version"] == form["version"]


# The country


def test_the_country_says_which_fields_there_are_without_saving(world: World, browser: Browser, owner: Owner):
    form = form_of(world, browser, owner) | {"billing_country": "US", "last_name": "Berg"}

    part = browser.post(world.url("admin", "/customers/address-fields"), form, headers={"HX-Request": "true"})
    whole = send(world, browser, owner, form, do="redraw")

    for answer in (part, whole):
        assert answer.status == 200
        assert '<select class="form-select " id="billing_state" name="billing_state"' in answer.text
        assert '<option value="CA" >California</option>' in answer.text
        assert ">ZIP code</label>" in answer.text
        assert "Storgatan 1" in answer.text
    assert part.text.lstrip().startswith('<div class="form-grid" id="address">')
    assert part.headers["X-Fragment"] == "1"
    assert values(whole)["last_name"] == "Berg"
    assert saved(world, browser, owner)["last_name"] == "Lind"


def test_a_country_without_states_or_postcodes_asks_for_none(world: World, browser: Browser, owner: Owner):
    form = form_of(world, browser, owner) | {"billing_country": "HK"}

    answer = browser.post(world.url("admin", "/customers/address-fields"), form)

    assert 'name="billing_postcode"' not in answer.text
    assert 'name="billing_state"' in answer.text
    assert 'name="billing_state"' not in opened(world, browser, owner).text


def test_a_country_changed_without_scripts_is_drawn_anew_when_it_does_not_fit(
    world: World, browser: Browser, owner: Owner
):
    form = form_of(world, browser, owner)

    answer = send(world, browser, owner, form, billing_country="US")

    assert answer.status == 422
    assert set(errors(answer)) == {"billing_state", "billing_postcode"}
    moved = values(answer) | {
        "billing_country": "US",
        "billing_state": "NY",
        "billing_postcode": "10004",
        "billing_city": "New York",
    }
    assert send(world, browser, owner, moved).status == 303
    page = browser.get(world.url("admin", f"/customers/{owner.customer_id}")).text
    assert '<span class="line">New York</span>' in page
    assert "United States" in page


# Two admins


def test_the_second_save_shows_what_the_other_changed_and_overwrites_nothing(
    world: World, browser: Browser, owner: Owner
):
    mine = form_of(world, browser, owner)
    send(world, browser, owner, mine, last_name="Berg", billing_city="Solna", billing_line2="2 tr")

    answer = send(world, browser, owner, mine, last_name="Dahl", billing_city="Solna", first_name="Eva")

    assert answer.status == 409
    assert "Somebody else changed this customer" in answer.text
    shown = re.findall(r'<legend class="form-label">(.*?)</legend>', answer.text)
    assert shown == ["Last name", "Address, line 2"]
    for words in ("<bdi>Berg</bdi>", "<bdi>Dahl</bdi>", "<bdi>2 tr</bdi>", "Typed by you",
                  "As it was before; you did not change it"):  # fmt: skip
        assert words in answer.text
    now = saved(world, browser, owner)
    assert (now["first_name"], now["last_name"], now["billing_line2"]) == ("Åsa", "Berg", "2 tr")


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [({}, ("Eva", "Berg", "2 tr")), ({"last_name": "Dahl"}, ("Eva", "Dahl", "2 tr"))],
)
def test_what_is_chosen_is_saved(
    world: World,
    browser: Browser,
    owner: Owner,
    chosen: dict[str, str],
    expected: tuple[str, ...],
):
    mine = form_of(world, browser, owner)
    send(world, browser, owner, mine, last_name="Berg", billing_line2="2 tr")
    answer = send(world, browser, owner, mine, last_name="Dahl", first_name="Eva")

    choice = values(answer) | checked(answer) | chosen
    done = send(world, browser, owner, choice, do="save")

    now = saved(world, browser, owner)
    assert done.status == 303
    assert (now["first_name"], now["last_name"], now["billing_line2"]) == expected


def checked(answer: Answer) -> dict[str, str]:
    """Return the choices that are made beforehand."""
    return dict(re.findall(r'type="radio" name="([a-z_0-9]+)" value="([^"]*)" checked', answer.text))


def test_from_the_choice_one_can_go_on_editing(world: World, browser: Browser, owner: Owner):
    mine = form_of(world, browser, owner)
    send(world, browser, owner, mine, last_name="Berg")
    answer = send(world, browser, owner, mine, last_name="Dahl", first_name="Eva")

    further = send(world, browser, owner, values(answer) | {"last_name": "Dahl"}, do="redraw")

    form = values(further)
    assert (further.status, form["first_name"], form["last_name"]) == (200, "Eva", "Dahl")
    assert form["was.last_name"] == "Berg"
    assert send(world, browser, owner, form).status == 303


def test_a_mark_set_meanwhile_is_no_reason_to_ask(world: World, browser: Browser, owner: Owner):
    form = form_of(world, browser, owner)
    with world.databases["customers"].unit_of_work(world.command) as uow:
        mark_vip(uow, owner.customer_id, is_vip=True)

    answer = send(world, browser, owner, form, last_name="Berg")

    assert answer.status == 303
    page = browser.get(world.url("admin", f"/customers/{owner.customer_id}")).text
    assert "Berg" in page
    assert "pill-vip" in page


# Who may


def test_who_may_not_edit_has_no_link_and_is_refused(world: World, browser: Browser, owner: Owner):
    form = form_of(world, browser, owner)
    world.admin("fia@demo.example", role="finance")
    finance = world.signed_in("fia@demo.example")

    shown = finance.get(world.url("admin", f"/customers/{owner.customer_id}"))
    form["csrf_token"] = shown.form("/sign-out")["csrf_token"]
    answers = [
        opened(world, finance, owner),
        send(world, finance, owner, form, last_name="Berg"),
        finance.post(world.url("admin", "/customers/address-fields"), form),
    ]

    assert "/edit" not in shown.text
    assert [answer.status for answer in answers] == [403, 403, 403]
    assert saved(world, browser, owner)["last_name"] == "Lind"


def test_the_login_of_an_equal_is_shown_and_not_asked_for(world: World, browser: Browser, owner: Owner):
    world.change_account(owner.account_id, role="owner")
    answer = opened(world, browser, owner)

    forged = send(world, browser, owner, values(answer), email="mine@evil.example")
    others = send(world, browser, owner, values(answer), last_name="Berg")

    assert 'name="email"' not in answer.text
    assert "You may not change what this customer signs in with." in answer.text
    assert (forged.status, others.status) == (403, 303)
    shown = browser.get(world.url("admin", f"/customers/{owner.customer_id}")).text
    assert "asa@example.com" in shown
    assert "mine@evil.example" not in shown


@pytest.mark.parametrize("csrf", ["", "wrong", "another session's"])
def test_a_form_that_is_not_from_its_own_page_changes_nothing(
    world: World, browser: Browser, owner: Owner, csrf: str
):
    form = form_of(world, browser, owner)
    theirs = form_of(world, world.signed_in(), owner)["csrf_token"]

    answer = send(
        world, browser, owner, form, csrf_token=theirs if csrf.startswith("another") else csrf, last_name="X"
    )

    assert answer.status == 400
    assert saved(world, browser, owner)["last_name"] == "Lind"


def test_nothing_is_changed_by_a_link(world: World, browser: Browser, owner: Owner):
    form = form_of(world, browser, owner) | {"last_name": "Berg"}

    opened(world, browser, owner, f"?last_name=Berg&do=save&csrf_token={form['csrf_token']}")
    part = browser.get(world.url("admin", "/customers/address-fields"))

    assert part.status == 405
    assert saved(world, browser, owner)["last_name"] == "Lind"


@pytest.mark.parametrize("version", ["", "x", "-1", "1e3", "9" * 40])
def test_a_version_that_is_none_is_no_form_of_ours(
    world: World, browser: Browser, owner: Owner, version: str
):
    form = form_of(world, browser, owner)

    assert send(world, browser, owner, form, version=version, last_name="Berg").status == 400
    assert saved(world, browser, owner)["last_name"] == "Lind"


def test_another_networks_customer_is_as_absent_as_none(
    world: World, browser: Browser, owner: Owner, stack: Stack, databases
):
    other = make_world(stack, databases)
    theirs = other.customer()
    form = form_of(world, browser, owner) | {"last_name": "Berg"}

    statuses = [
        (
            browser.get(world.url("admin", f"/customers/{an_id}/edit")).status,
            browser.post(world.url("admin", f"/customers/{an_id}/edit"), form).status,
        )
        for an_id in (theirs.customer_id, uuid4())
    ]

    assert statuses == [(404, 404), (404, 404)]


def test_the_timeline_says_what_was_changed(world: World, browser: Browser, owner: Owner):
    send(world, browser, owner, form_of(world, browser, owner), last_name="Berg", billing_line2="2 tr")
    settle(world)

    page = browser.get(world.url("admin", f"/customers/{owner.customer_id}")).text

    assert "Changed: address, line 2, last name" in page


def test_times_are_shown_in_the_readers_own_time_zone(world: World, browser: Browser, owner: Owner):
    settle(world)
    account = world.admin("tokyo@demo.example", name="Aiko")
    here = browser.get(world.url("admin", f"/customers/{owner.customer_id}")).text
    world.change_account(account, time_zone="Asia/Tokyo")

    there = (
        world.signed_in("tokyo@demo.example").get(world.url("admin", f"/customers/{owner.customer_id}")).text
    )

    created = re.compile(r"<dt>Created</dt><dd><time datetime=\"([^\"]+)\">(.*?)</time>")
    (at, ours), (same, theirs) = created.findall(here)[0], created.findall(there)[0]
    assert at == same
    assert ours != theirs


# A new one


def new_form(world: World, browser: Browser) -> dict[str, str]:
    return browser.get(world.url("admin", "/customers/new")).form("/customers/new")


def test_a_customer_is_added_from_the_list(world: World, browser: Browser):
    settle(world)
    assert 'href="/customers/new"' in browser.get(world.url("admin", "/customers")).text
    form = new_form(world, browser)

    answer = browser.post(
        world.url("admin", "/customers/new"), form | {"email": "eva@example.com", "first_name": "Eva"}
    )

    page = browser.follow(answer)
    assert answer.status == 303
    assert re.fullmatch(world.url("admin", "/customers/[0-9a-f-]{36}"), answer.location)
    assert "Eva is registered as customer 1." in page.text
    assert "eva@example.com" in page.text


def test_who_cannot_be_added_is_told_why_and_everything_typed_is_kept(
    world: World, browser: Browser, owner: Owner
):
    form = new_form(world, browser) | {"email": owner.email, "first_name": "Eva", "phone": "070-174 06 05"}

    answer = browser.post(world.url("admin", "/customers/new"), form)

    kept = answer.form("/customers/new")
    assert (answer.status, set(errors(answer))) == (422, {"email", "phone"})
    assert (kept["first_name"], kept["email"]) == ("Eva", owner.email)


def test_nobody_is_added_without_the_permission_or_the_forms_token(world: World, browser: Browser):
    form = new_form(world, browser) | {"email": "eva@example.com"}
    world.admin("fia@demo.example", role="finance")
    finance = world.signed_in("fia@demo.example")
    shown = finance.get(world.url("admin", "/customers"))
    theirs = form | {"csrf_token": shown.form("/sign-out")["csrf_token"]}

    refused = [
        finance.get(world.url("admin", "/customers/new")),
        finance.post(world.url("admin", "/customers/new"), theirs),
        browser.post(world.url("admin", "/customers/new"), form | {"csrf_token": ""}),
    ]

    assert [answer.status for answer in refused] == [403, 403, 400]
    assert "/customers/new" not in shown.text
    assert "No customers yet" in browser.get(world.url("admin", "/customers")).text


def test_the_account_of_an_admin_becomes_a_customers_after_a_tick(world: World, browser: Browser):
    world.admin("sara@demo.example", role="support", name="Sara Support")
    url = world.url("admin", "/customers/new")
    form = browser.get(url).form("/customers/new") | {"email": "sara@demo.example", "do": "save"}

    asked = browser.post(url, form)
    ticked = browser.post(url, form | {"attaches": "sara@demo.example"})

    assert asked.status == 422
    assert "This is the address of Sara Support, who is support of the network and no customer." in asked.text
    assert 'name="attaches" value="sara@demo.example"' in asked.text
    assert "Sara Support is registered as customer 1." in browser.follow(ticked).text


def test_a_tick_for_another_address_attaches_nothing(world: World, browser: Browser):
    world.admin("sara@demo.example", role="support", name="Sara Support")
    url = world.url("admin", "/customers/new")
    form = browser.get(url).form("/customers/new") | {"email": "sara@demo.example", "do": "save"}

    refused = browser.post(url, form | {"attaches": "another@demo.example"})

    assert refused.status == 422
    with world.databases["customers"].unit_of_work(world.command) as uow:
        assert uow.session.scalars(select(Customer)).all() == []
