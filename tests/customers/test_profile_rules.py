"""What may stand in each field of a profile, and how it is kept."""

import pytest

from kernel.contracts.profiles import FIELDS, ProfileField
from services.customers.profiles.rules import Examination

NO_COUNTRY_OF_VAT = "Choose the country, or begin with its code, like SE556036079301."
NO_COUNTRY_OF_PHONE = (
    "Begin with + and the country code, like +46 70 174 06 05, or choose the billing country."
)
EMPTY: dict[ProfileField, str] = dict.fromkeys(FIELDS, "")
STOCKHOLM = {
    "billing_line1": "Storgatan 1",
    "billing_postcode": "111 22",
    "billing_city": "Stockholm",
    "billing_country": "SE",
}
NEW_YORK = {
    "billing_line1": "5 Broadway",
    "billing_postcode": "10004",
    "billing_city": "New York",
    "billing_state": "NY",
    "billing_country": "US",
}


def kept(now: dict | None = None, **changes: str) -> dict[str, str]:
    found = Examination(EMPTY | (now or {}), changes)
    assert found.wrong == {}
    return found.kept


def wrong(now: dict | None = None, **changes: str) -> dict[str, str]:
    return dict(Examination(EMPTY | (now or {}), changes).wrong)


@pytest.mark.parametrize(
    ("field", "given", "expected"),
    [
        ("first_name", "  Åsa \n Maria ", "Åsa Maria"),
        ("last_name", "نور\u200cی", "نور\u200cی"),
        ("email", " Asa@BÜCHER.example", "Asa@bücher.example"),
        ("email", "asa@xn--bcher-kva.example", "asa@bücher.example"),
        ("billing_email", "Faktura@Shop.Example", "Faktura@shop.example"),
        ("phone", "+46 70-174 06 05", "+46701740605"),
        ("locale", "sv", "sv"),
        ("time_zone", "Europe/Stockholm", "Europe/Stockholm"),
        ("billing_country", "se", "SE"),
        ("billing_vat_number", "SE 556036-0793 01", "SE556036079301"),
    ],
)
def test_a_field_is_kept_in_one_spelling(field: str, given: str, expected: str):
    assert kept(**{field: given}) == {field: expected}


@pytest.mark.parametrize(
    ("field", "given", "sentence"),
    [
        ("email", "asa", "An e-mail address has an @ in it."),
        ("billing_email", "a@b", "After the @ stands a name with a period in it, like example.com."),
        ("first_name", "Å" * 201, "At most 200 characters can be kept here."),
        ("billing_line2", "x" * 501, "At most 500 characters can be kept here."),
        ("last_name", "Li\x00nd", "This holds a character that cannot be stored."),
        ("locale", "fi", "Choose one of the languages that we write."),
        ("time_zone", "Europe/Atlantis", "Choose a time zone like Europe/Stockholm."),
        ("billing_country", "Sverige", "Choose a country; there is none with the code Sverige."),
        ("billing_vat_number", "556036079301", NO_COUNTRY_OF_VAT),
        ("phone", "070-174 06 05", NO_COUNTRY_OF_PHONE),
        ("phone", "+46 70 174 06 05 ext. 7", "An extension cannot be kept. Write the number without it."),
        ("phone", "+46 123456", "There is no such phone number. Check its digits."),
        ("phone", "soon", "This is no phone number."),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_refused_with_a_sentence(field: str, given: str, sentence: str):
    assert wrong(**{field: given}) == {field: sentence}


def test_an_address_to_sign_in_with_cannot_be_taken_away():
    assert wrong({"email": "asa@shop.example"}, email="") == {"email": "A customer needs an e-mail address."}


def test_every_field_that_is_wrong_is_told_at_once():
    assert set(wrong(email="asa", phone="soon", billing_city="Umeå", locale="fi")) == {
        "email", "phone", "billing_country", "locale",
    }  # fmt: skip


def test_what_says_the_same_is_no_change():
    now = {"first_name": "Åsa", "phone": "+46701740605"} | STOCKHOLM

    assert kept(now, first_name=" Åsa ", phone="070-174 06 05", billing_country="se") == {}


def test_what_was_imported_may_stay_as_it_is():
    now = {"phone": "anknytning 12", "billing_city": "Umeå", "billing_vat_number": "oklart"}

    assert kept(now, phone="anknytning 12", billing_city="Umeå", last_name="Ek") == {"last_name": "Ek"}


def test_a_bare_phone_number_is_one_of_the_billing_country_that_is_saved_with_it():
    assert kept(phone="070-174 06 05", billing_country="SE")["phone"] == "+46701740605"
    assert kept(phone="(212) 456-7890", **NEW_YORK)["phone"] == "+12124567890"


def test_a_bare_number_that_the_country_has_not_says_what_to_do():
    assert wrong(STOCKHOLM, phone="12") == {
        "phone": "SE has no such phone number. Begin another country's with + and its country code."
    }


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (STOCKHOLM | {"billing_postcode": "SE-111 22"}, {"billing_postcode": "111 22"}),
        (NEW_YORK | {"billing_state": "new york"}, {"billing_state": "NY"}),
        (
            {"billing_country": "GB", "billing_line1": "1 High St", "billing_city": "Leeds"}
            | {"billing_postcode": "ls1 4dy"},
            {"billing_postcode": "LS1 4DY"},
        ),
        ({"billing_country": "HK", "billing_line1": "1 Nathan Rd", "billing_state": "Kowloon"}, {}),
    ],
)
def test_an_address_is_written_as_its_country_does(changes: dict[str, str], expected: dict[str, str]):
    assert kept(**changes) == changes | expected


@pytest.mark.parametrize(
    ("changes", "sentences"),
    [
        ({"billing_city": "Umeå"}, {"billing_country": "An address needs a country. Choose one."}),
        (
            STOCKHOLM | {"billing_postcode": "1122"},
            {"billing_postcode": "A postcode of SE looks like 11455."},
        ),
        (
            {"billing_country": "SE", "billing_city": "Umeå"},
            {
                "billing_line1": "An address in SE needs a street or box.",
                "billing_postcode": "An address in SE needs a postcode.",
            },
        ),
        (
            NEW_YORK | {"billing_state": "Skåne"},
            {"billing_state": "US has no state or province Skåne."},
        ),
        (
            NEW_YORK | {"billing_state": ""},
            {"billing_state": "An address in US needs a state or province."},
        ),
        (
            NEW_YORK | {"billing_state": "CA"},
            {"billing_postcode": "This postcode is not in California; one there is 90000."},
        ),
        (
            STOCKHOLM | {"billing_state": "Stockholms län"},
            {"billing_state": "Addresses in SE have no state or province."},
        ),
        (
            {"billing_country": "HK", "billing_line1": "1 Nathan Rd", "billing_state": "Kowloon"}
            | {"billing_postcode": "999077"},
            {"billing_postcode": "Addresses in HK have no postcode."},
        ),
    ],
)
def test_an_address_has_the_postcode_and_the_state_of_its_country(
    changes: dict[str, str], sentences: dict[str, str]
):
    assert wrong(**changes) == sentences


def test_what_a_new_country_does_not_have_goes_with_the_old_one():
    moved = {"billing_country": "SE", "billing_postcode": "111 22", "billing_city": "Stockholm"}

    assert kept(NEW_YORK, **moved) == moved | {"billing_state": ""}


def test_a_new_country_looks_at_the_postcode_and_the_vat_number_that_were_there():
    now = STOCKHOLM | {"billing_vat_number": "SE556036079301"}

    assert wrong(now, billing_country="US") == {
        "billing_state": "An address in US needs a state or province.",
        "billing_postcode": "A postcode of US looks like 95014.",
    }
    assert wrong({"billing_country": "US", "billing_vat_number": "12"}, billing_country="DE") == {
        "billing_vat_number": "DE has no such VAT number."
    }


def test_a_country_alone_is_enough_and_an_address_can_be_taken_away():
    assert kept(billing_country="SE") == {"billing_country": "SE"}
    emptied = dict.fromkeys(STOCKHOLM, "")
    assert kept(STOCKHOLM, **emptied) == emptied


@pytest.mark.parametrize(
    ("country", "given", "expected"),
    [
        ("SE", "556036-0793 01", "SE556036079301"),
        ("GR", "094259216", "EL094259216"),
        ("NO", "NO 995 525 828 MVA", "995525828MVA"),
        ("SE", "DE136695976", "DE136695976"),
        ("US", "12-3456", "123456"),
    ],
)
def test_a_vat_number_has_the_form_of_its_country(country: str, given: str, expected: str):
    assert kept({"billing_country": country}, billing_vat_number=given) == {"billing_vat_number": expected}


@pytest.mark.parametrize(("country", "given"), [("SE", "556036079302"), ("GB", "1"), ("NO", "SE1")])
def test_a_vat_number_of_no_country_is_refused(country: str, given: str):
    sentence = f"{country} has no such VAT number."
    assert wrong({"billing_country": country}, billing_vat_number=given) == {"billing_vat_number": sentence}
