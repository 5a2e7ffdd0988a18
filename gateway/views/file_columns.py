"""The columns of a file of customers, with their names: what everybody has, and a network's custom fields."""

from flask_babel import get_locale

from gateway import labels
from gateway.auth import services
from kernel.contracts.bulk import EXPORT_COLUMNS
from kernel.contracts.custom_fields import COLUMN


def file_columns() -> dict[str, str]:
    """Return what an export writes and an import reads: the column's name, and what it is called."""
    language = str(get_locale() or "en")
    custom = {
        f"{COLUMN}{field.key}": _in_words(field.label.model_dump(), language) or field.key
        for field in services().customers.custom_fields().items
        if field.is_active
    }
    return {name: labels.column(name) for name in EXPORT_COLUMNS} | custom


def _in_words(label: dict[str, str], language: str) -> str:
    return label.get(language) or label["en"] or label["sv"]
