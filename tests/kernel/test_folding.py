"""Folding: what makes two spellings the same."""

import pytest

from kernel.folding import asked_words, fold, prefix_range, words_of


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Åsa", "asa"),
        ("Øyvind", "oyvind"),
        ("Æbleskive", "aebleskive"),
        ("Groß", "gross"),
        ("Đorđe", "dorde"),
        ("Łukasz", "lukasz"),
        ("Þórdís", "thordis"),
        ("ＦＵＬＬ", "full"),
        ("Σοφία", "σοφια"),
        ("İbrahim Işık", "ibrahim isik"),
    ],
)
def test_letters_lose_their_case_and_accents(typed: str, folded: str) -> None:
    assert fold(typed) == folded


def test_an_address_is_found_by_each_of_its_parts() -> None:
    assert words_of("asa.berg@shop.example") == ["asa", "berg", "shop", "example"]


def test_an_emoji_is_a_word_of_its_own() -> None:
    assert words_of("Tove🌻Solros") == ["tove", "🌻", "solros"]


def test_the_longest_word_is_looked_up_first() -> None:
    assert asked_words("bo Lindqvist") == ["lindqvist", "bo"]


@pytest.mark.parametrize("word", ["asa", "asab", "asa\U0001f33b", "asaö"])
def test_every_word_that_begins_so_lies_in_the_range(word: str) -> None:
    first, last = prefix_range("asa")

    assert first.encode() <= word.encode() < last.encode()
