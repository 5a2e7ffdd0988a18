"""Which customers an admin has chosen: rows of the list, or everybody in the tab who matches the words."""

from pydantic import ValidationError
from werkzeug.datastructures import MultiDict

from gateway.auth import services
from kernel.contracts.bulk import Selection
from kernel.errors import N_, BadRequest, Invalid


class NobodySelected(Invalid):
    """An action was asked for, and no row was ticked."""


def selection_in(sent: MultiDict[str, str]) -> Selection:
    """Return the selection that a form names. Raises NobodySelected; BadRequest when it is no form of ours.

    Everybody in the filter is meant only when ``which`` says "all": no tick must never mean all of them.
    """
    is_everybody = sent.get("which") == "all"
    ids = () if is_everybody else tuple(dict.fromkeys(sent.getlist("id")))
    if not ids and not is_everybody:
        raise NobodySelected(N_("Select at least one customer first."))
    try:
        return Selection.model_validate({"ids": ids, "tab": sent.get("tab", "all"), "q": sent.get("q", "")})
    except ValidationError:
        raise BadRequest() from None


def count_of(selection: Selection) -> int:
    """Return how many customers that is right now."""
    return len(selection.ids) or services().customers.count_selection(selection)
