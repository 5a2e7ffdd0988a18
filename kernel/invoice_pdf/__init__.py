"""The PDF of an invoice or a credit note: drawn from its contract, and from nothing else.

It knows no database and no process, so the gateway draws what is downloaded and the worker what is sent.
"""

from kernel.contracts.invoices import Printed
from kernel.invoice_pdf.parts import addresses, amounts, head, lines
from kernel.invoice_pdf.sheet import Sheet
from kernel.invoice_pdf.words import Words

MEDIA_TYPE = "application/pdf"


def render(printed: Printed) -> bytes:
    """Return the document as PDF, A4, in its buyer's language; the same bytes of the same document."""
    words = Words.of(printed.buyer.language)
    sheet = Sheet(printed.document, words)
    sheet.add_page()
    head(sheet, printed, words)
    addresses(sheet, printed, words)
    lines(sheet, printed.document, words)
    amounts(sheet, printed, words)
    return bytes(sheet.output())


def file_name(number: str) -> str:
    """Return what the file is called, ``2026-00042.pdf``; a prefix may hold a stroke."""
    return f"{number.replace('/', '-')}.pdf"
