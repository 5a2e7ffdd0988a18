"""What is measured: each a request somebody makes all day, as bytes, or a path of several."""

from time import perf_counter
from urllib.parse import quote, urlsplit

from bench.installation import PORT
from bench.load import get
from bench.seed import PASSWORD, Seeded
from tests.flows.browser import Answer, Browser

WORDS = ("asa ober", "bjorn", "elin lind", "person77", "virtanen", "ingrid mul", "zoe", "gunnar ky")


def url(host: str, path: str) -> str:
    """Return an address on our port."""
    return f"http://{host}:{PORT}{path}"


def signed_in(seeded: Seeded) -> Browser:
    """Return a browser whose admin is signed in."""
    browser = Browser(PORT)
    sign_in(browser, seeded)
    return browser


def sign_in(browser: Browser, seeded: Seeded) -> None:
    """Sign in through the form."""
    page = browser.get(url(seeded.host, "/sign-in"))
    form = page.form("/sign-in") | {"login": seeded.admin, "password": PASSWORD}
    expect(browser.post(url(seeded.host, "/sign-in"), form), 303)


def pages(seeded: Seeded, paths: list[str]) -> list[bytes]:
    """Return requests for pages of the admin host, by somebody signed in."""
    browser = signed_in(seeded)
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies[seeded.host].items())
    return [get(path, host=f"{seeded.host}:{PORT}", cookie=cookie) for path in paths]


def list_pages(seeded: Seeded) -> list[bytes]:
    """The list of customers: 20 cards."""
    return pages(seeded, ["/customers"])


def searched_pages(seeded: Seeded) -> list[bytes]:
    """The list, searched."""
    return pages(seeded, [f"/customers?q={quote(words)}" for words in WORDS])


def customer_pages(seeded: Seeded) -> list[bytes]:
    """The page of one customer, with every block."""
    return pages(seeded, [f"/customers/{customer}" for customer in seeded.customers])


def payment_lists(seeded: Seeded) -> list[bytes]:
    """The list of payments."""
    return pages(seeded, ["/payments"])


def payment_pages(seeded: Seeded) -> list[bytes]:
    """The page of one payment, with every block."""
    return pages(seeded, [f"/payments/{payment}" for payment in seeded.payments])


def public_pages(seeded: Seeded) -> list[bytes]:
    """The front pages of eight busy sites, as visitors read them."""
    hosts = (f"site-{place}.{seeded.network.domain}:{PORT}" for place in range(1, 9))
    return [get("/", host=host) for host in hosts]


def site_lists(seeded: Seeded) -> list[bytes]:
    """The list of sites."""
    return pages(seeded, ["/sites"])


def api(seeded: Seeded, paths: list[str]) -> list[bytes]:
    """Return requests to the REST API."""
    host = f"{seeded.host}:{PORT}"
    return [get(f"/api/v1{path}", host=host, bearer=seeded.api_key) for path in paths]


def api_lists(seeded: Seeded) -> list[bytes]:
    """The list of customers by the API."""
    return api(seeded, ["/customers"])


def api_ones(seeded: Seeded) -> list[bytes]:
    """One customer by the API."""
    return api(seeded, [f"/customers/{customer}" for customer in seeded.customers])


def sign_ins_per_second(seeded: Seeded, times: int) -> float:
    """Return how often somebody can sign in a second, one after the other."""
    began = perf_counter()
    for _ in range(times):
        sign_in(Browser(PORT), seeded)
    return times / (perf_counter() - began)


def saves_per_second(seeded: Seeded, times: int) -> float:
    """Return how often a second an admin can save a customer whose form is open: a name and a phone."""
    browser, took = signed_in(seeded), 0.0
    for place, customer in enumerate(seeded.customers[:times]):
        address = url(seeded.host, f"/customers/{customer}/edit")
        form = browser.get(address).form(f"/customers/{customer}/edit")
        form |= {"last_name": f"Saved {place}", "phone": f"+46 70 174 06 {place % 95 + 5:02}", "do": "save"}
        began = perf_counter()
        expect(browser.post(address, form), 303)
        took += perf_counter() - began
    return times / took


def switches_per_second(seeded: Seeded, times: int) -> float:
    """Return how many whole switches a second one admin can make: six hops there, one back."""
    browser = signed_in(seeded)
    began = perf_counter()
    for customer in seeded.customers[:times]:
        switch(browser, seeded, f"/customers/{customer}/switch")
    return times / (perf_counter() - began)


def switch(browser: Browser, seeded: Seeded, path: str) -> None:
    """Go to a customer's site and come back."""
    asked = browser.get(url(seeded.host, path))
    begun = browser.post(url(seeded.host, path), asked.form(path) | {"reason": "A question on the phone"})
    handed = browser.follow(begun)
    host = urlsplit(begun.location).netloc
    arrive = f"http://{host}/switch/arrive"
    arrived = browser.post(arrive, handed.form(arrive), from_host=seeded.host)
    if arrived.status == 200:
        again = "/switch/arrive/again"
        arrived = browser.post(f"http://{host}{again}", arrived.form(again))
    dashboard = browser.follow(expect(arrived, 303))
    expect(browser.post(f"http://{host}/switch/back", dashboard.form("/switch/back")), 303)


def expect(answer: Answer, status: int) -> Answer:
    """Return the answer if it has the status, else stop the benchmark."""
    if answer.status != status:
        raise RuntimeError(f"{answer.url} answered {answer.status}: {answer.text[:500]}")
    return answer
