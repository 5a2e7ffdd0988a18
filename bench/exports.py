"""How many customers a second leave as CSV, through the service and the gateway."""

from time import perf_counter

import urllib3

from bench.installation import PORT
from bench.seed import Seeded


def export_rows_per_second(seeded: Seeded) -> float:
    """Fetch the export of a whole network through the API and return its rows a second."""
    headers = {"Authorization": f"Bearer {seeded.api_key}", "Host": f"{seeded.host}:{PORT}"}
    url = f"http://127.0.0.1:{PORT}/api/v1/customers/export"
    began = perf_counter()
    with urllib3.PoolManager() as pool:
        answer = pool.request("GET", url, headers=headers, preload_content=False)
        lines = sum(piece.count(b"\n") for piece in answer.stream(2**16))
    if answer.status != 200 or lines != seeded.size + 1:
        raise RuntimeError(f"The export of {seeded.size} customers has {lines} lines.")
    return seeded.size / (perf_counter() - began)
