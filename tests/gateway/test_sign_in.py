"""Signing in and out on the admin host and on a site's."""

import re

from tests.flows.world import PASSWORD, World, sign_in

COOKIE = "atoll-admin"


def test_an_admin_signs_in_and_sees_the_customers(world: World):
    world.admin()
    browser = world.browser()

    answer = sign_in(browser, world.url("admin", "/sign-in"), "admin@demo.example")

    assert (answer.status, answer.headers["Location"]) == (303, "/")
    page = browser.follow(answer)
    assert page.status == 200
    assert page.url == world.url("admin", "/customers")
