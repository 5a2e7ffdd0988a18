"""What a person is called."""

from dataclasses import dataclass

from kernel.folding import words_of
from services.customers import folding


@dataclass(frozen=True)
class Known:
    """All that a customer is called and found by; ``more``: the texts of his searchable custom fields."""

    first_name: str
    last_name: str
    company: str
    email: str
    username: str
    number: int
    more: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name to show."""
        return display_name(self.first_name, self.last_name, self.company, self.username)

    @property
    def sort_name(self) -> str:
        """The name to sort by."""
        return folding.sort_name(self.name)

    @property
    def words(self) -> list[str]:
        """The words to be found by."""
        own = (self.first_name, self.last_name, self.company, self.email, self.username, str(self.number))
        return words_of(*own, *self.more)


def display_name(first_name: str, last_name: str, company: str = "", username: str = "") -> str:
    """Return the name to show: the person's, else his company's, else what he signs in with."""
    return f"{first_name} {last_name}".strip() or company or username
