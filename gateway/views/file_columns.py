"""The columns of a file of customers, with their names: what everybody has, and a network's custom fields."""

from gateway import labels
from gateway.auth import services
from gateway.custom_fields import in_words
from kernel.contracts.bulk import EXPORT_COLUMNS
from kernel.contracts.custom_fields import COLUMN


def file_columns() -> dict[str, str]:
    """Return what an export writes and an import reads: the column's name, and what it is called."""
    custom = {
        f"{COLUMN}{field.key}": in_words(field.label)
        for field in services().customers.custom_fields().items
        if field.is_active
    }
    return {name: labels.column(name) for name in EXPORT_COLUMNS} | custom
