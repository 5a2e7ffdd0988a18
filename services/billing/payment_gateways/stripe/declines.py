"""Which refusals of a bank are final.

Sources: docs.stripe.com/declines/codes; docs.stripe.com/billing/revenue-recovery/smart-retries.
Everything else may do another day: ``insufficient_funds``, ``do_not_honor``, ``generic_decline``,
``processing_error``, ``try_again_later``.
"""

HARD = frozenset(
    {
        "authentication_required",
        "expired_card",
        "fraudulent",
        "highest_risk_level",
        "incorrect_number",
        "invalid_account",
        "invalid_number",
        "lost_card",
        "merchant_blacklist",
        "new_account_information_available",
        "no_such_card",
        "pickup_card",
        "restricted_card",
        "revocation_of_all_authorizations",
        "revocation_of_authorization",
        "stolen_card",
        "stop_payment_order",
        "transaction_not_allowed",
    }
)
NEVER_AGAIN = "do_not_try_again"


def is_final(code: str, advice: str = "") -> bool:
    """Whether the same method will never do; ``advice`` is the issuer's, if it gave one."""
    return code in HARD or advice == NEVER_AGAIN
