"""What the gateway's processes hold: no database, and so no library of one."""

import subprocess
import sys

LOADED = "import sys, gateway.app; print([one for one in ('sqlalchemy', 'psycopg') if one in sys.modules])"


def test_the_gateway_loads_no_database():
    loaded = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)

    assert loaded.stdout.strip() == "[]", "Import from kernel.http what would come with kernel.web."
