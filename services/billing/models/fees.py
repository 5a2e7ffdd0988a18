"""Fees that a payment gateway had not said yet when it took the money."""

from datetime import datetime

from sqlalchemy.orm import Mapped

from kernel.work import DueWork
from services.billing.models.base import Base


class FeeQuestion(DueWork, Base):
    """What a gateway kept of a charge is to be asked for; its id is the charge's, so it is asked for once."""

    __tablename__ = "fee_questions"

    created_at: Mapped[datetime]
