"""What the demo's sites are called and say: small Nordic businesses, in Swedish."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product


@dataclass(frozen=True)
class Business:
    """A site's name and title, and its pages by path, in Markdown."""

    name: str
    title: str
    pages: dict[str, str]


@dataclass(frozen=True)
class Trade:
    """What a business does: a word for its name, what it offers, and its prices or hours."""

    word: str
    label: str
    offers: str
    hours: str


PLACES = (
    ("Fjäll", "fjall", "Åre"), ("Norrskens", "norrskens", "Kiruna"), ("Björk", "bjork", "Östersund"),
    ("Lingon", "lingon", "Mora"), ("Skärgårds", "skargards", "Vaxholm"), ("Vinter", "vinter", "Jokkmokk"),
    ("Midsommar", "midsommar", "Leksand"), ("Älv", "alv", "Umeå"), ("Vitsippe", "vitsippe", "Lund"),
    ("Granit", "granit", "Lysekil"), ("Snö", "sno", "Gällivare"), ("Hav", "hav", "Visby"),
    ("Tall", "tall", "Falun"), ("Sjö", "sjo", "Jönköping"),
)  # fmt: skip
TRADES = (
    Trade("bageriet", "bageriet", "surdegsbröd, kardemummabullar och smörgåstårta", "tisdag–lördag 7–16"),
    Trade("cykeln", "cykeln", "cyklar, service och vinterförvaring", "måndag–fredag 9–18"),
    Trade("keramik", "keramik", "koppar, fat och kurser i drejning", "torsdag–söndag 11–17"),
    Trade("blommor", "blommor", "buketter, kransar och krukväxter", "alla dagar 10–18"),
    Trade("foto", "foto", "porträtt, bröllop och bilder till webben", "efter överenskommelse"),
    Trade("snickeri", "snickeri", "kök, trappor och fönster efter mått", "måndag–torsdag 7–16"),
    Trade("yoga", "yoga", "mjuk yoga, vinyasa och stilla kvällar", "kvällar 17–20"),
)

CAFE = Business(
    "solrosen",
    "Solrosens café",
    {
        "": "# Solrosens café\n\nMitt i Umeå, med utsikt över älven. Vi bakar allt själva, varje morgon.\n\n"
        "## Veckans\n\n- **Räksmörgås** på danskt rågbröd, 145 kr\n- Rotfruktssoppa med pepparrot, 110 kr\n"
        "- *Prinsesstårta*, 65 kr biten\n\n[Hitta hit](/kontakt)",
        "om-oss": "# Om oss\n\nSolveig Rosén öppnade dörren 2014 med sex stolar och en ugn. I dag är vi nio, "
        "och ugnen är densamma.\n\n> Kaffet ska vara varmt och dörren öppen.",
        "kontakt": "# Kontakt\n\nStorgatan 12, Umeå\n\n| Dag | Öppet |\n| --- | --- |\n"
        "| Måndag–fredag | 7.30–18 |\n| Lördag | 9–16 |\n| Söndag | stängt |",
    },
)


def businesses() -> Iterator[Business]:
    """Give the café of the one who can sign in, then a business for everybody else."""
    yield CAFE
    for trade, (place, label, town) in product(TRADES, PLACES):
        yield _business(place + trade.word, label + trade.label, trade, town)


def _business(title: str, name: str, trade: Trade, town: str) -> Business:
    return Business(
        name,
        title,
        {
            "": f"# {title}\n\nHos oss i {town} finns {trade.offers}.\n\n"
            "- Vi svarar samma dag\n- Vi handlar av grannar\n- Vi tar emot kort, Swish och faktura\n\n"
            "[Välkommen in!](/kontakt)",
            "om-oss": f"# Om oss\n\n{title} är ett litet företag i {town}. "
            f"Vi gör en sak i taget, och gör den ordentligt: {trade.offers}.",
            "kontakt": f"# Kontakt\n\n**Öppet:** {trade.hours}\n\n"
            f"Vi finns i {town}. Ring, skriv eller titta in.",
        },
    )
