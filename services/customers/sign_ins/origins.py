"""Where a request came from: the country of its address, told offline."""

from functools import cache
from ipaddress import ip_address
from threading import Lock

from geoip2fast import GeoIP2Fast

KNOWN_COUNTRIES = "geoip2fast-ipv6.dat.gz"
GUARD = Lock()


def country_of(ip: str) -> str:
    """Return the ISO 3166-1 alpha-2 code of an address; empty for private, odd and unknown ones."""
    try:
        address = ip_address(ip)
    except ValueError:
        return ""
    if not address.is_global:
        return ""
    with GUARD:
        code: str = _countries().lookup(str(address)).country_code
    return code if len(code) == 2 and code.isalpha() else ""


@cache
def _countries() -> GeoIP2Fast:
    """Return the table of countries, read when first asked for; it is not safe for threads."""
    return GeoIP2Fast(geoip2fast_data_file=KNOWN_COUNTRIES)
