"""A network with people and sites in it, made through the use cases of the services."""

from dataclasses import dataclass
from functools import cache
from uuid import UUID

from kernel.auth import Identity
from kernel.contracts.access import ROLES
from kernel.database import Database
from kernel.ids import new_id
from services.customers.accounts.accounts import create_admin
from services.customers.accounts.api_keys import create_api_key
from services.customers.accounts.passwords import hash_password
from services.customers.models import Account
from services.customers.profiles.registration import register_customer
from services.sites.networks import create_network
from services.sites.provisioning import provision_site
from services.sites.sites import create_site, publish_site
from tests.flows.browser import Answer, Browser
from tests.flows.stack import Stack

PASSWORD = "Correct horse battery staple"


@cache
def password_hash() -> str:
    """Argon2 takes its time; one hash serves every account of the tests."""
    return hash_password(PASSWORD)


@dataclass(frozen=True)
class Owner:
    """A customer and his login."""

    customer_id: UUID
    account_id: UUID
    email: str


@dataclass(frozen=True)
class World:
    """One network. Everybody's password is ``PASSWORD``."""

    stack: Stack
    databases: dict[str, Database]
    network_id: UUID
    domain: str

    @property
    def command(self) -> Identity:
        return Identity(self.network_id, "command", ROLES["owner"])

    def url(self, host: str, path: str = "/") -> str:
        """``url("admin")`` is the admin host's front page."""
        return f"http://{host}.{self.domain}:{self.stack.port}{path}"

    def admin(
        self, email: str = "admin@demo.example", *, role: str = "owner", name: str = "Ada Admin"
    ) -> UUID:
        with self.databases["customers"].unit_of_work(self.command) as uow:
            made = create_admin(uow, email=email, name=name, role=role, password_hash=password_hash())
            return made.id

    def customer(
        self, email: str = "olle@example.com", first_name: str = "Olle", last_name: str = "Ägare"
    ) -> Owner:
        with self.databases["customers"].unit_of_work(self.command) as uow:
            made = register_customer(
                uow, email=email, how="console", first_name=first_name, last_name=last_name,
                password_hash=password_hash(),
            )  # fmt: skip
            return Owner(made.id, made.account_id, email)

    def site(self, owner: Owner | None, name: str = "bageri", *, is_open: bool = True) -> UUID:
        with self.databases["sites"].unit_of_work(self.command) as uow:
            made = create_site(
                uow, name=name, title=name.title(), customer_id=owner.customer_id if owner else None
            )
            if is_open:
                provision_site(uow, made.id)
                publish_site(uow, made.id)
            return made.id

    def api_key(self, *scopes: str) -> str:
        with self.databases["customers"].unit_of_work(self.command) as uow:
            return create_api_key(uow, name="tests", scopes=list(scopes) or ["all"])

    def change_account(self, account_id: UUID, **changes: object) -> None:
        """Change an account as an owner would who demotes or deactivates somebody."""
        with self.databases["customers"].unit_of_work(self.command) as uow:
            account = uow.get(Account, account_id, lock=True)
            for name, value in changes.items():
                setattr(account, name, value)

    def browser(self, language: str = "en") -> Browser:
        return Browser(self.stack.port, language=language)

    def signed_in(self, email: str = "admin@demo.example", *, host: str = "admin") -> Browser:
        """Return a browser in which somebody has signed in."""
        browser = self.browser()
        answer = sign_in(browser, self.url(host, "/sign-in"), email)
        assert answer.status == 303, answer.text
        return browser


def sign_in(browser: Browser, url: str, login: str, password: str = PASSWORD, **more: str) -> Answer:
    """Open the sign-in page and send its form."""
    form = browser.get(url).form("/sign-in")
    return browser.post(url, form | {"login": login, "password": password} | more)


def make_world(stack: Stack, databases: dict[str, Database], *, under: str = "localhost") -> World:
    """Found a network of its own for one test, on a domain under ``under``."""
    network_id = new_id()
    slug = f"n{network_id.hex[-12:]}"
    domain = f"{slug}.{under}"
    with databases["sites"].unit_of_work(Identity(network_id, "command", ROLES["owner"])) as uow:
        create_network(
            uow,
            slug=slug,
            name="Demo",
            domain=domain,
            currency="SEK",
            locale="en",
            time_zone="Europe/Stockholm",
        )
    return World(stack, databases, network_id, domain)
