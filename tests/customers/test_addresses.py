"""E-mail addresses: which are taken, and how each mistake is called by our own name for it."""

import pytest

from services.customers.addresses import AddressNotValid, checked


def test_an_address_is_kept_as_it_is_meant() -> None:
    assert checked(" Åsa.Lind@Bageriet.EXAMPLE.com ") == "Åsa.Lind@bageriet.example.com"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("asa", "An e-mail address has an @ in it."),
        ("@example.com", "Something must stand before the @."),
        ("asa@", "Something must stand after the @."),
        ("asa@example", "After the @ stands a name with a period in it, like example.com."),
        ("asa..lind@example.com", "An e-mail address cannot have two periods in a row."),
        (".asa@example.com", "A period or hyphen cannot stand first, last or beside the @."),
        ("asa@-example.com", "A period or hyphen cannot stand first, last or beside the @."),
        ("asa@" + "a" * 70 + ".com", "This is too long for an e-mail address."),
        ("asa@" + "a." * 130 + "com", "This is too long for an e-mail address."),
        ("asa@example.test", "The name after the @ is reserved, and nobody gets mail there."),
        ("åsa lind@example.com", "A character before the @ cannot be in an e-mail address."),
        ("asa@exa mple.com", "A character after the @ cannot be in an e-mail address."),
        ("asa@bo@example.com", "A character after the @ cannot be in an e-mail address."),
        ("asa@[127.0.0.1]", "This is not a valid e-mail address."),
    ],
)
def test_a_mistake_is_named_in_a_sentence_that_can_be_translated(given: str, sentence: str) -> None:
    with pytest.raises(AddressNotValid) as refused:
        checked(given)

    assert (refused.value.template, refused.value.params) == (sentence, {})
    assert refused.value.fields == {"email": sentence}
