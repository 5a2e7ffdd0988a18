"""The words of an invoice in both languages, and how its numbers and days are written."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Self

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal, get_currency_precision

from kernel.contracts.mails import Language
from kernel.contracts.money import Money

SAID: dict[Language, dict[str, str]] = {
    "en": {
        "invoice": "Invoice",
        "credit_note": "Credit note",
        "paid_mark": "Paid",
        "unpaid_mark": "Unpaid",
        "credited_mark": "Credited",
        "number": "Number",
        "issued_on": "Date",
        "due_on": "To be paid by",
        "payment_number": "Payment",
        "credits_invoice": "Credits invoice",
        "credits_credit_note": "Takes back credit note",
        "seller": "From",
        "buyer": "To",
        "description": "Description",
        "quantity": "Quantity",
        "unit": "Unit price",
        "discount": "Discount",
        "tax": "VAT",
        "amount": "Amount",
        "part_of": "Part of invoice %s",
        "net": "Sum without VAT",
        "tax_of": "VAT %s on %s",
        "total": "Total",
        "total_credited": "Total credited",
        "paid": "Paid",
        "credited": "Credited",
        "to_pay": "To pay",
        "registration_number": "Registration number",
        "vat_number": "VAT number",
        "page": "Page %s of %s",
        "bank": "Pay to",
    },
    "sv": {
        "invoice": "Faktura",
        "credit_note": "Kreditfaktura",
        "paid_mark": "Betald",
        "unpaid_mark": "Obetald",
        "credited_mark": "Krediterad",
        "number": "Nummer",
        "issued_on": "Datum",
        "due_on": "Betalas senast",
        "payment_number": "Betalning",
        "credits_invoice": "Krediterar faktura",
        "credits_credit_note": "Återtar kreditfaktura",
        "seller": "Från",
        "buyer": "Till",
        "description": "Beskrivning",
        "quantity": "Antal",
        "unit": "À-pris",
        "discount": "Rabatt",
        "tax": "Moms",
        "amount": "Belopp",
        "part_of": "Del av faktura %s",
        "net": "Summa utan moms",
        "tax_of": "Moms %s på %s",
        "total": "Totalt",
        "total_credited": "Totalt krediterat",
        "paid": "Betalt",
        "credited": "Krediterat",
        "to_pay": "Att betala",
        "registration_number": "Organisationsnummer",
        "vat_number": "Momsregistreringsnummer",
        "page": "Sida %s av %s",
        "bank": "Betala till",
    },
}


@dataclass(frozen=True)
class Words:
    """One language: ``words["paid"]``, and how it writes what is no word."""

    language: Language
    locale: Locale

    @classmethod
    def of(cls, language: Language) -> Self:
        """Return the words of a language."""
        return cls(language, Locale.parse(language))

    def __getitem__(self, name: str) -> str:
        return SAID[self.language][name]

    def day(self, day: date) -> str:
        """``5 Jan 2026``."""
        return format_date(day, "d MMM y", locale=self.locale)

    def amount(self, money: Money) -> str:
        """``1 250,00``: as many decimals as the currency has, without its code."""
        decimals = get_currency_precision(money.currency)
        pattern = f"#,##0.{'0' * decimals}" if decimals else "#,##0"
        return format_decimal(Decimal(money.amount).scaleb(-decimals), pattern, locale=self.locale)

    def money(self, money: Money) -> str:
        """``1 250,00 SEK``: the code, since a crown is many currencies."""
        return f"{self.amount(money)}\N{NO-BREAK SPACE}{money.currency}"

    def percent(self, percent: Decimal) -> str:
        """``25 %``."""
        number = format_decimal(percent.normalize(), "#,##0.###", locale=self.locale)
        return f"{number}\N{NO-BREAK SPACE}%"

    def country(self, code: str) -> str:
        """Return the name of a country, or the code when the language does not know it."""
        return str(self.locale.territories.get(code, code))
