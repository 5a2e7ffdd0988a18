"""What signs somebody in beside his password: an app's codes, and codes on paper for a lost phone."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.errors import N_
from kernel.tables import TenantScoped
from services.customers.models.base import Base


def of_account() -> ForeignKeyConstraint:
    """Return the key to the account, with which the row goes."""
    return ForeignKeyConstraint(
        ["network_id", "account_id"], ["accounts.network_id", "accounts.id"], ondelete="CASCADE"
    )


class SecondFactor(TenantScoped, Base):
    """``secret`` is sealed. Until ``confirmed_at`` it is only being set up, and asked of nobody.

    ``last_step`` is the 30-second step of the newest code that was used: none so old is taken again.
    """

    __tablename__ = "second_factors"
    __table_args__ = (of_account(),)

    network_id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    secret: Mapped[str]
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(default=0)


class RecoveryCode(TenantScoped, Base):
    """``code_hash`` is a keyed hash: short codes must not be found by trying them all."""

    __tablename__ = "recovery_codes"
    __table_args__ = (of_account(),)

    network_id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    code_hash: Mapped[str] = mapped_column(primary_key=True)
    used_at: Mapped[datetime | None]


class SignInChallenge(TenantScoped, Base):
    """The password was right at ``door``, and the second factor is still to come.

    ``token_hash`` is the SHA-256 (hex); ``epoch`` the account's at that time.
    """

    __tablename__ = "sign_in_challenges"
    __table_args__ = (
        of_account(),
        UniqueConstraint("network_id", "token_hash"),
        CheckConstraint("door IN ('admin', 'site')", name="door"),
    )
    missing = N_("This sign-in has taken too long. Begin once more.")

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]
    token_hash: Mapped[str]
    door: Mapped[str]
    customer_id: Mapped[UUID | None]
    epoch: Mapped[int]
    expires_at: Mapped[datetime]
