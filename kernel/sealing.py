"""Secrets that must be read again, kept so that a copy of the database alone does not tell them."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from hmac import digest
from secrets import token_bytes

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kernel.config import Settings
from kernel.errors import N_, Failure

NONCE = 12  # bytes


class SealBroken(Failure):
    """A secret was sealed with another ATOLL_SECRET_KEY, or for something else."""

    title = "A kept secret cannot be read"


class Sealer:
    """Seals with AES-256-GCM under a key derived from ``ATOLL_SECRET_KEY``; made once per process.

    ``purpose`` (``second factor of <account>``) must be the same when it is opened: what was sealed for one
    account opens for no other.
    """

    def __init__(self, settings: Settings) -> None:
        self._cipher = AESGCM(settings.derived_key("sealed secrets"))
        self._hash_key = settings.derived_key("keyed hashes")

    def seal(self, secret: str, purpose: str) -> str:
        """Return the secret sealed; twice the same secret looks different."""
        nonce = token_bytes(NONCE)
        sealed = nonce + self._cipher.encrypt(nonce, secret.encode(), purpose.encode())
        return urlsafe_b64encode(sealed).decode()

    def open(self, sealed: str, purpose: str) -> str:
        """Return the secret. Raises SealBroken."""
        raw = urlsafe_b64decode(sealed)
        try:
            return self._cipher.decrypt(raw[:NONCE], raw[NONCE:], purpose.encode()).decode()
        except InvalidTag:
            raise SealBroken(
                N_("A secret kept here cannot be read any more; it has to be set up anew.")
            ) from None

    def hash(self, secret: str, purpose: str) -> str:
        """Return a keyed hash, in hexadecimal, of a secret too short for a plain one."""
        return digest(self._hash_key, f"{purpose}|{secret}".encode(), sha256).hex()
