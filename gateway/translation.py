"""gettext with types: Flask-Babel brings none."""

import flask_babel


def gettext(sentence: str, **places: object) -> str:
    """Return a sentence in the reader's language, its named places filled."""
    return str(flask_babel.gettext(sentence, **places))


def ngettext(one: str, many: str, number: int) -> str:
    """Return the form that the reader's language uses for this number; its place is ``%(num)d``."""
    return str(flask_babel.ngettext(one, many, number))
