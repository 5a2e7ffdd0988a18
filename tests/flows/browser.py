"""A browser as far as a protocol goes: cookies per host, SameSite=Lax, forms, redirects only when told."""

import html
import json
import re
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urljoin, urlsplit

import urllib3

FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)
INPUT = re.compile(r"<input\b[^>]*>|<textarea\b[^>]*>.*?</textarea>", re.DOTALL)


@dataclass
class Answer:
    """What came back."""

    url: str
    status: int
    headers: urllib3.HTTPHeaderDict
    text: str
    content: bytes = b""

    @property
    def location(self) -> str:
        return urljoin(self.url, self.headers.get("Location", ""))

    def form(self, action: str) -> dict[str, str]:
        """Return the hidden and filled-in fields of the form that posts to ``action``."""
        forms = [found for found in FORM.findall(self.text) if _attribute(found, "action") in {action, ""}]
        assert forms, f"no form for {action} on {self.url}: {self.text[:2000]}"
        fields = [found for found in INPUT.findall(forms[0]) if _attribute(found, "name")]
        return {_attribute(found, "name"): _attribute(found, "value") for found in fields}


@dataclass
class Browser:
    """Talks to the gateway on ``port`` under any host name."""

    port: int
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)
    visited: list[str] = field(default_factory=list)
    language: str = "en"

    def __post_init__(self) -> None:
        self._pool = urllib3.HTTPConnectionPool("127.0.0.1", self.port, maxsize=4, retries=False)

    def get(self, url: str, *, headers: dict[str, str] | None = None) -> Answer:
        return self._send("GET", url, None, headers)

    def head(self, url: str) -> Answer:
        return self._send("HEAD", url, None, None)

    def post(
        self,
        url: str,
        form: dict[str, str] | None = None,
        *,
        from_host: str = "",
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Send a form; one that stands on a page of another host brings no SameSite=Lax cookie."""
        return self._send(
            "POST", url, form or {}, headers, is_cross_site=bool(from_host) and from_host != _host(url)
        )

    def send_json(self, method: str, url: str, value: object, *, headers: dict[str, str]) -> Answer:
        """Send JSON, as programs do."""
        sent = {"Host": urlsplit(url).netloc, "Content-Type": "application/json", **headers}
        response = self._pool.urlopen(method, _target(url), body=json.dumps(value), headers=sent)
        return Answer(
            url, response.status, response.headers, response.data.decode(errors="replace"), response.data
        )

    def send_body(self, url: str, body: bytes, headers: dict[str, str]) -> Answer:
        """Send a body as it is, with this browser's cookies."""
        return self._send("POST", url, None, headers, body=body)

    def follow(self, answer: Answer, *, most: int = 5) -> Answer:
        """Go where redirects lead."""
        while answer.status in {301, 302, 303, 307, 308} and most:
            answer, most = self.get(answer.location), most - 1
        return answer

    def cookie(self, url: str, name: str) -> str:
        return self.cookies.get(_host(url), {}).get(name, "")

    def _send(
        self,
        method: str,
        url: str,
        form: dict[str, str] | None,
        headers: dict[str, str] | None,
        *,
        is_cross_site: bool = False,
        body: bytes | str | None = None,
    ) -> Answer:
        host = _host(url)
        self.visited.append(url)
        sent = {"Host": urlsplit(url).netloc, "Accept-Language": self.language, **(headers or {})}
        kept = self.cookies.get(host, {})
        if kept and not is_cross_site:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in kept.items())
        if form is not None:
            sent["Content-Type"], body = "application/x-www-form-urlencoded", urlencode(form)
        response = self._pool.urlopen(method, _target(url), body=body, headers=sent, redirect=False)
        self._keep(host, response.headers.getlist("Set-Cookie"))
        return Answer(
            url, response.status, response.headers, response.data.decode(errors="replace"), response.data
        )

    def _keep(self, host: str, lines: list[str]) -> None:
        jar = self.cookies.setdefault(host, {})
        for line in lines:
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0":
                    jar.pop(name, None)
                else:
                    jar[name] = morsel.value


def _target(url: str) -> str:
    """Return what follows the host in an address."""
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _attribute(tag: str, name: str) -> str:
    opening = tag[: tag.index(">") + 1]
    found = re.search(rf'\b{name}="([^"]*)"', opening)
    if found:
        return html.unescape(found.group(1))
    return (
        html.unescape(tag.partition(">")[2].rpartition("</")[0].lstrip("\n"))
        if name == "value" and tag.startswith("<textarea")
        else ""
    )
