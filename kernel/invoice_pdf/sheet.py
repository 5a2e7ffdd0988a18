"""The sheet: A4, an embedded font, the foot of every page and the head of the later ones."""

from datetime import UTC, datetime, time
from functools import cache

from font_source_sans_pro import SourceSansPro, SourceSansProSemibold
from fontTools.ttLib import TTFont
from fpdf import FPDF

from kernel.contracts.invoices import InvoiceDocument
from kernel.invoice_pdf.words import Words

FAMILY = "Source Sans"
MARGIN = 18.0  # millimetres, as all lengths here
FOOT = 30.0
SMALL, BODY, LARGE = 8.0, 9.5, 20.0  # points
LINE = 4.6
INK, GREY, RULE = (30, 35, 45), (95, 102, 115), (205, 210, 218)
UNKNOWN = "?"


class Sheet(FPDF):
    """The pages of one document. What it says of itself (title, language, date) is the document's own."""

    def __init__(self, document: InvoiceDocument, words: Words) -> None:
        super().__init__(orientation="portrait", unit="mm", format="A4")
        self.document, self.words = document, words
        self.add_font(FAMILY, "", SourceSansPro)
        self.add_font(FAMILY, "B", SourceSansProSemibold)
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(auto=True, margin=FOOT)
        self.set_lang(words.language)
        self.set_title(f"{words[document.kind]} {document.number}")
        self.set_author(plain(document.seller.name))
        self.set_producer("Atoll")
        # The document's day, not today's: the same document has the same bytes whenever it is drawn.
        self.set_creation_date(datetime.combine(document.issued_on, time(12), UTC))

    def write_text(self, *, size: float = BODY, bold: bool = False, ink: tuple[int, int, int] = INK) -> None:
        """Set how the next words look."""
        self.set_font(FAMILY, "B" if bold else "", size)
        self.set_text_color(*ink)

    def rule(self) -> None:
        """Draw a thin line over the width of the page, here."""
        self.set_draw_color(*RULE)
        self.set_line_width(0.2)
        self.line(self.l_margin, self.y, self.w - self.r_margin, self.y)

    def header(self) -> None:
        """Say on the later pages what this is a page of."""
        if self.page_no() == 1:
            return
        self.write_text(size=SMALL, ink=GREY)
        named = f"{self.document.seller.name} · {self.words[self.document.kind]} {self.document.number}"
        self.cell(0, LINE, plain(named), new_x="LMARGIN", new_y="NEXT")
        self.ln(3)

    def footer(self) -> None:
        """Say on every page who sends it and how to pay, and which page it is."""
        self.set_y(-FOOT + 4)
        self.rule()
        self.write_text(size=SMALL, ink=GREY)
        top, width = self.y + 1.5, self.epw / 3
        for place, column in enumerate(self._columns()):
            self.set_xy(self.l_margin + place * width, top)
            self.multi_cell(width - 3, 3.5, plain("\n".join(column)), align="L", max_line_height=3.5)
        self.set_xy(self.l_margin, -9)
        self.cell(0, 4, self.words["page"] % (self.page_no(), self.str_alias_nb_pages))

    def _columns(self) -> list[list[str]]:
        seller, words = self.document.seller, self.words
        registered = [
            f"{words[name]} {value}"
            for name in ("registration_number", "vat_number")
            if (value := getattr(seller, name))
        ]
        return [
            [seller.name, *registered],
            [line for line in (seller.email, seller.phone) if line],
            [f"{words['bank']}: {seller.bank}"] if seller.bank else [],
        ]


def plain(words: str) -> str:
    """Return words as the font can draw them: no control characters, and a mark for what it has not."""
    known = drawable()
    kept = (one for one in words if one >= " " or one == "\n")
    return "".join(one if one == "\n" or ord(one) in known else UNKNOWN for one in kept)


@cache
def drawable() -> frozenset[int]:
    """Return the characters that the font has."""
    with TTFont(SourceSansPro, lazy=True) as font:
        return frozenset(font.getBestCmap())
