"""What a browser says of itself, in words."""

from ua_parser import parse


def device_of(user_agent: str) -> str:
    """Return browser and system in words, e.g. ``Firefox 139, Linux``; empty when it says neither."""
    told = parse(user_agent)
    browser, system = told.user_agent, told.os
    words = [
        f"{browser.family} {browser.major}" if browser and browser.major else browser and browser.family,
        system and system.family,
    ]
    return ", ".join(word for word in words if word)
