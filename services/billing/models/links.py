"""How the parts of a payment are tied to it."""

from sqlalchemy import ForeignKeyConstraint


def same_payment(table: str) -> ForeignKeyConstraint:
    """Tie a child to its payment: same network, and, since it is in the key, same currency."""
    return ForeignKeyConstraint(
        ["network_id", "payment_id", "currency"],
        ["payments.network_id", "payments.id", "payments.currency"],
        name=f"fk_{table}_payment",
    )
