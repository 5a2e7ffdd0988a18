"""The second factor, for whoever calls the customers service."""

from kernel.clients.base import ServiceClient
from kernel.contracts.customers import Standing
from kernel.contracts.second_factors import (
    CodeProof,
    PasswordProof,
    RecoveryCodes,
    SecondFactorSecret,
    SecondFactorState,
    SecondStep,
)


class SecondFactorsClient(ServiceClient):
    """The second step of signing in, and the asking account's own settings of it."""

    def take_second_step(self, step: SecondStep) -> Standing:
        """Return who signed in. Raises Unauthenticated: ``WrongCode``, or ``ChallengeNotValid``."""
        return self._send("POST", "/v1/sign-ins/second-step", step, Standing)

    def second_factor(self) -> SecondFactorState:
        """Return how it stands with the own second factor."""
        return self._get("/v1/second-factor", SecondFactorState)

    def begin_second_factor(self, proof: PasswordProof) -> None:
        """Have a secret made for an app. Raises Invalid for a wrong password."""
        self._tell("POST", "/v1/second-factor/begun", proof)

    def begun_second_factor(self) -> SecondFactorSecret:
        """Return the secret, until the app's first code has come. Raises NotFound."""
        return self._get("/v1/second-factor/begun", SecondFactorSecret)

    def confirm_second_factor(self, proof: CodeProof) -> RecoveryCodes:
        """Turn the factor on. Raises Invalid for a wrong code."""
        return self._send("POST", "/v1/second-factor/confirmed", proof, RecoveryCodes)

    def renew_recovery_codes(self, proof: PasswordProof) -> RecoveryCodes:
        """Return new codes; the old ones are void. Raises Invalid for a wrong password."""
        return self._send("POST", "/v1/second-factor/recovery-codes", proof, RecoveryCodes)

    def remove_second_factor(self, proof: PasswordProof) -> Standing:
        """Take the own factor off. Raises Invalid for a wrong password."""
        return self._send("POST", "/v1/second-factor/removed", proof, Standing)
