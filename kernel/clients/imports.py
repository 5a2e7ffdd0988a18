"""Imports, as callers of the customers service see them."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from kernel.clients.base import ServiceClient
from kernel.contracts import imports


class ImportsClient(ServiceClient):
    """Files of customers."""

    def receive_import(self, name: str, pieces: Iterable[bytes]) -> imports.Import:
        """Hand a file over, piece by piece. Raises Invalid when it is none that can be read."""
        made = self._send("POST", "/v1/imports", imports.NewImport(name=name), imports.Import)
        for place, piece in enumerate(pieces):
            path = f"/v1/imports/{made.id}/pieces/{place}"
            self._caller.send("PUT", path, identity=self._identity, payload=piece)
        return self._ask_for("POST", f"/v1/imports/{made.id}/received")

    def list_imports(self) -> imports.ImportsList:
        """Return the newest imports."""
        return self._get("/v1/imports", imports.ImportsList)

    def look_at_import(self, import_id: UUID) -> imports.Import:
        """Return how far an import is, with its first rows. Raises NotFound."""
        return self._get(f"/v1/imports/{import_id}", imports.Import)

    def choose_columns(self, import_id: UUID, columns: imports.Columns) -> imports.Import:
        """Say which column holds what, and have the file checked. Raises Invalid with the fields."""
        return self._send("PUT", f"/v1/imports/{import_id}/columns", columns, imports.Import)

    def start_import(self, import_id: UUID) -> imports.Import:
        """Have the file imported. Raises Conflict when it cannot be."""
        return self._ask_for("POST", f"/v1/imports/{import_id}/start")

    def stop_import(self, import_id: UUID) -> imports.Import:
        """End it where it is. Raises Conflict when it is over."""
        return self._ask_for("POST", f"/v1/imports/{import_id}/stop")

    def rejects(self, import_id: UUID) -> Iterator[bytes]:
        """Return what was refused as CSV, piece by piece."""
        return self._stream("POST", f"/v1/imports/{import_id}/rejects", imports.Columns(fields=()))

    def _ask_for(self, method: str, path: str) -> imports.Import:
        self._forget()
        return self._caller.ask(method, path, identity=self._identity, answer=imports.Import)
