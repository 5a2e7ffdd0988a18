"""An admin, a customer and his open site, and the hops between them as a browser takes them."""

from dataclasses import dataclass
from uuid import UUID

from tests.flows.browser import Answer, Browser
from tests.flows.world import Owner, World

REASON = "The customer asked for help"


@dataclass
class Scene:
    """An admin, signed in, and a customer with one open site."""

    world: World
    admin_id: UUID
    owner: Owner
    site_id: UUID
    browser: Browser

    def url(self, path: str) -> str:
        return self.world.url("admin", path)

    def site_url(self, path: str = "/") -> str:
        return self.world.url("bageri", path)

    @property
    def switch_url(self) -> str:
        return self.url(f"/customers/{self.owner.customer_id}/switch")

    def begin(self, **form: str) -> Answer:
        """Hop 1."""
        asked = self.browser.get(self.switch_url)
        token = asked.form("/sign-out")["csrf_token"]
        return self.browser.post(
            self.switch_url, {"csrf_token": token, "reason": REASON, "mode": "act"} | form
        )

    def hand_over(self, **form: str) -> dict[str, str]:
        """Hops 1 to 3; return what the page posts to the site's host."""
        page = self.browser.follow(self.begin(**form))
        assert page.status == 200, page.text
        return page.form(self.site_url("/switch/arrive"))

    def arrive(self, form: dict[str, str]) -> Answer:
        """Hop 4, as browsers do it: first without the cookie, then again from the site's own page."""
        first = self.browser.post(self.site_url("/switch/arrive"), form, from_host="admin")
        again = first.form("/switch/arrive/again")
        return self.browser.post(self.site_url("/switch/arrive/again"), again)

    def switch(self, **form: str) -> Answer:
        """All hops; return the dashboard."""
        answer = self.arrive(self.hand_over(**form))
        assert answer.status == 303, answer.text
        return self.browser.follow(answer)


def set_scene(world: World) -> Scene:
    """Make them in a network of their own."""
    admin_id, owner = world.admin(), world.customer()
    return Scene(world, admin_id, owner, world.site(owner), world.signed_in())
