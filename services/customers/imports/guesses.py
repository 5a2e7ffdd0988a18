"""What a column probably holds, by its name in English or Swedish; a person decides."""

from collections.abc import Sequence

from kernel.folding import fold

NAMES: dict[str, tuple[str, ...]] = {
    "email": ("email", "emailaddress", "mail", "epost", "epostadress", "mejl", "useremail"),
    "username": ("username", "user", "login", "anvandarnamn", "userlogin"),
    "first_name": ("firstname", "givenname", "fornamn", "tilltalsnamn"),
    "last_name": ("lastname", "surname", "familyname", "efternamn"),
    "phone": ("phone", "telephone", "phonenumber", "mobile", "telefon", "telefonnummer", "mobil"),
    "locale": ("locale", "language", "sprak"),
    "vip": ("vip",),
    "verification": ("verification", "emailverification", "verifiering"),
    "company": ("company", "companyname", "organisation", "organization", "foretag", "foretagsnamn"),
    "billing_email": ("billingemail", "invoiceemail", "fakturaepost", "fakturaadress"),
    "line1": ("line1", "address", "address1", "street", "adress", "gatuadress", "adressrad1"),
    "line2": ("line2", "address2", "co", "adressrad2"),
    "postcode": ("postcode", "zip", "zipcode", "postalcode", "postnummer", "postnr"),
    "city": ("city", "town", "ort", "postort", "stad"),
    "state": ("state", "region", "province", "lan", "delstat"),
    "country": ("country", "countrycode", "land", "landskod"),
    "vat_number": ("vat", "vatnumber", "taxvat", "vatid", "momsnummer", "vatnummer"),
    "customer_since": ("customersince", "created", "createdat", "registered", "kundsedan", "skapad"),
    "last_sign_in": ("lastsignin", "lastlogin", "senasteinloggning"),
}  # fmt: skip
FIELD_OF = {name: field for field, names in NAMES.items() for name in names}


def guessed(header: Sequence[str]) -> list[str]:
    """Return the field of each column, or nothing; no field twice."""
    fields: list[str] = []
    for column in header:
        plain = "".join(letter for letter in fold(column) if letter.isalnum())
        field = FIELD_OF.get(plain, "")
        fields.append("" if field in fields else field)
    return fields
