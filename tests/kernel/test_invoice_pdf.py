"""The PDF of an invoice, read back with a library: its words, in both languages, on however many pages."""

import time
from base64 import b64encode
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader

from kernel.contracts.billing_settings import Company
from kernel.contracts.invoices import Buyer, InvoiceDocument, InvoiceLine, Picture, Printed, TaxShare
from kernel.contracts.mails import Language
from kernel.contracts.money import Money
from kernel.invoice_pdf import file_name, render


def sek(amount: int) -> Money:
    return Money(amount=amount, currency="SEK")


def line(description: str, **more: Any) -> InvoiceLine:
    facts: dict[str, Any] = {
        "quantity": 2, "unit": sek(10000), "discount": sek(500), "net": sek(19500),
        "tax_percent": Decimal(25), "tax": sek(4875), "total": sek(24375),
        "starts_on": date(2026, 5, 1), "ends_on": date(2026, 5, 31),
    }  # fmt: skip
    return InvoiceLine(description=description, **facts | more)


def document(*lines: InvoiceLine, **more: Any) -> InvoiceDocument:
    facts: dict[str, Any] = {
        "kind": "invoice", "number": "2026-00042", "issued_on": date(2026, 5, 1),
        "due_on": date(2026, 5, 15), "payment_number": 131, "credits": "", "logo": "",
        "seller": Company(
            name="Nordljus Nätverk AB", address="Storgatan 12\n114 55 Stockholm", country="SE",
            vat_number="SE556677889901", registration_number="556677-8899", bank="Bankgiro 123-4567",
        ),
        "footer": "Dröjsmålsränta enligt räntelagen.",
        "taxes": [TaxShare(percent=Decimal(25), net=sek(19500), tax=sek(4875))],
        "net": sek(19500), "tax": sek(4875), "total": sek(24375),
    }  # fmt: skip
    return InvoiceDocument(lines=list(lines) or [line("Webbplats Bas åäö ÅÄÖ €")], **facts | more)


def printed(language: Language = "en", *, said: InvoiceDocument | None = None, **more: Any) -> Printed:
    buyer = Buyer(
        name="Åsa Öberg Łukasiewicz AB", line1="Kungsgatan 1", line2="", postcode="411 19", city="Göteborg",
        state="", country="SE", vat_number="SE123456789001", language=language,
    )  # fmt: skip
    facts: dict[str, Any] = {"state": "unpaid", "paid": sek(0), "credited": sek(0)}
    return Printed(document=said or document(), buyer=buyer, **facts | more)


def text_of(pdf: bytes) -> str:
    pages = (page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    return "\n".join(pages).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Invoice", "To be paid by", "15 May 2026", "Unpaid", "VAT 25 % on 195.00", "243.75 SEK",
                "To pay", "1 May 2026 – 31 May 2026", "Sweden", "Page 1 of 1"]),
        ("sv", ["Faktura", "Betalas senast", "15 maj 2026", "Obetald", "Moms 25 % på 195,00", "243,75 SEK",
                "Att betala", "1 maj 2026 – 31 maj 2026", "Sverige", "Sida 1 av 1"]),
    ],
)  # fmt: skip
def test_it_says_all_in_the_buyers_language(language, words):
    said = text_of(render(printed(language)))

    ours = [
        "2026-00042", "131", "Nordljus Nätverk AB", "Åsa Öberg Łukasiewicz AB", "GÖTEBORG", "SE123456789001",
        "Webbplats Bas åäö ÅÄÖ €", "Bankgiro 123-4567", "SE556677889901", "Dröjsmålsränta",
    ]  # fmt: skip
    assert [word for word in [*words, *ours] if word not in said] == []


def test_it_says_in_which_language_it_is_and_embeds_its_font():
    read = PdfReader(BytesIO(render(printed("sv"))))

    fonts = [font.get_object() for font in read.pages[0]["/Resources"]["/Font"].values()]  # type: ignore[index]
    kept = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object() for font in fonts]
    assert read.trailer["/Root"]["/Lang"] == "sv"  # type: ignore[index]
    assert read.metadata is not None
    assert read.metadata.title == "Faktura 2026-00042"
    assert len(kept) == 2
    assert all("/FontFile2" in descriptor for descriptor in kept)


def test_the_same_document_has_the_same_bytes_whenever_it_is_drawn():
    first = render(printed())
    time.sleep(1.1)

    assert render(printed()) == first


@pytest.mark.parametrize(
    ("facts", "words", "absent"),
    [
        ({"state": "paid", "paid": sek(24375)}, ["Paid", "To pay 0.00 SEK"], ["Unpaid", "Credited"]),
        ({"state": "credited", "credited": sek(24375)}, ["Credited", "To pay 0.00 SEK"], ["Unpaid"]),
        ({"state": "unpaid", "credited": sek(4375)}, ["Unpaid", "Credited", "To pay 200.00 SEK"], ["Paid"]),
    ],
)
def test_it_says_what_became_of_it(facts, words, absent):
    said = text_of(render(printed(**facts)))

    assert [word for word in words if word not in said] == []
    assert [word for word in absent if word in said.replace("Unpaid" if word == "Paid" else "", "")] == []


def test_a_credit_note_says_what_it_credits_and_asks_for_nothing():
    note = document(
        line("", starts_on=None, ends_on=None), kind="credit_note", number="CN-2026-00007", due_on=None,
        credits="2026-00042",
    )  # fmt: skip

    said = text_of(render(printed("sv", said=note, state=None)))

    assert "Kreditfaktura" in said
    assert "Krediterar faktura\n2026-00042" in said
    assert "Del av faktura 2026-00042" in said
    assert "Totalt krediterat" in said
    assert "Att betala" not in said


def test_every_page_has_the_head_of_the_table_and_its_number():
    pdf = render(printed(said=document(*(line(f"Sak {number}") for number in range(60)))))

    pages = [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]
    assert len(pages) == 4
    assert [f"Page {number} of 4" in page for number, page in enumerate(pages, start=1)] == [True] * 4
    assert ["Description" in page for page in pages[:4]] == [True] * 4
    assert sum(page.count("Sak ") for page in pages) == 60


def test_a_word_without_end_and_strange_letters_break_nothing():
    said = text_of(render(printed(said=document(line("x" * 400 + "\0\x1b 山 🎉"), footer="a\u202eb"))))

    assert said.count("x") >= 400
    assert "? ?" in said


def test_a_logo_stands_on_it():
    image = BytesIO()
    Image.new("RGB", (200, 50), (10, 90, 60)).save(image, "PNG")
    picture = Picture(content=b64encode(image.getvalue()))

    read = PdfReader(BytesIO(render(printed(picture=picture))))

    assert [shown.image.size for shown in read.pages[0].images] == [(200, 50)]


def test_yen_have_no_decimals():
    yen = Money(amount=24375, currency="JPY")
    said = document(
        line("Bas", unit=yen, net=yen, tax=yen, total=yen, discount=Money(amount=0, currency="JPY")),
        net=yen, tax=yen, total=yen, taxes=[],
    )  # fmt: skip

    shown = text_of(
        render(
            printed(said=said, paid=Money(amount=0, currency="JPY"), credited=Money(amount=0, currency="JPY"))
        )
    )

    assert "24,375 JPY" in shown


def test_a_stroke_in_a_number_is_none_in_a_name():
    assert file_name("A/2026-00001") == "A-2026-00001.pdf"
