"""What a definition of a custom field must be, whoever sends it."""

import re
from dataclasses import dataclass, field

from kernel.contracts.custom_fields import MOST_CHOICES, Choice, CustomFieldEdit, Words
from kernel.errors import N_, Filled
from kernel.folding import fold
from services.customers.custom_fields.values import is_one_line

LONGEST_LABEL = 100  # characters
LONGEST_HELP = 500  # characters
CHOICE_KEY = re.compile(r"[a-z0-9][a-z0-9_]{0,44}")


@dataclass
class Checked:
    """A definition as it is kept, and what is wrong with it."""

    label: Words
    help: Words
    choices: list[Choice] = field(default_factory=list)
    wrong: dict[str, str] = field(default_factory=dict)


def key_from(label: str) -> str:
    """Return a key that a label suggests: ``Skostorlek (EU)`` gives ``skostorlek_eu``."""
    return re.sub(r"[^a-z0-9]+", "_", fold(label)).strip("_")[:40].strip("_")


def checked(edit: CustomFieldEdit, *, has_choices: bool) -> Checked:
    """Return the definition without needless spaces and with a key for each choice."""
    made = Checked(_tidy(edit.label), _tidy(edit.help))
    if not made.label.en and not made.label.sv:
        made.wrong["label"] = N_("A field needs a label in one of the languages.")
    made.wrong |= _too_long("label", made.label, LONGEST_LABEL) | _too_long("help", made.help, LONGEST_HELP)
    if has_choices:
        made.choices = _with_keys(
            [choice.model_copy(update={"label": _tidy(choice.label)}) for choice in edit.choices]
        )
        made.wrong |= _wrong_choices(made.choices)
    return made


def _tidy(words: Words) -> Words:
    return Words(en=" ".join(words.en.split()), sv=" ".join(words.sv.split()))


def _too_long(name: str, words: Words, most: int) -> dict[str, str]:
    if max(len(words.en), len(words.sv)) > most:
        return {name: Filled(N_("At most %(most)s characters can be kept here."), most=most)}
    if not is_one_line(words.en + words.sv):
        return {name: N_("This must be one line, without control characters.")}
    return {}


def _with_keys(choices: list[Choice]) -> list[Choice]:
    """Give each choice that is new a key of its own, made from its label."""
    taken = {choice.key for choice in choices if choice.key}
    made = []
    for choice in choices:
        key = choice.key or _free_key(key_from(choice.label.en or choice.label.sv) or "choice", taken)
        taken.add(key)
        made.append(choice.model_copy(update={"key": key}))
    return made


def _free_key(wanted: str, taken: set[str]) -> str:
    if wanted not in taken:
        return wanted
    numbered = (f"{wanted}_{number}" for number in range(2, MOST_CHOICES + 3))
    return next(key for key in numbered if key not in taken)


def _wrong_choices(choices: list[Choice]) -> dict[str, str]:
    if not choices:
        return {"choices": N_("Give at least one choice.")}
    if len(choices) > MOST_CHOICES:
        return {"choices": Filled(N_("A field has at most %(most)s choices."), most=MOST_CHOICES)}
    keys = [choice.key for choice in choices]
    if len(set(keys)) < len(keys) or not all(CHOICE_KEY.fullmatch(key) for key in keys):
        return {"choices": N_("The key of a choice is of a-z, 0-9 and _, and no other choice has it.")}
    if not all(choice.label.en or choice.label.sv for choice in choices):
        return {"choices": N_("A choice needs a label in one of the languages.")}
    wrong = [_too_long("choices", choice.label, LONGEST_LABEL) for choice in choices]
    return next((one for one in wrong if one), {})
