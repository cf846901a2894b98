"""Names, words and domains."""

from __future__ import annotations

import pytest

from o365nb.detections import lists
from o365nb.detections.text import distance, evasive_name, labels, looks_like, skeleton, terms_in


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("..", "its name holds no letter or digit"),
        ("  ", "its name is blank"),
        ("", "its name is blank"),
        ("in\u200bvoice", "its name holds invisible characters"),
        ("\u202egpj", "its name holds invisible characters"),
        ("aaaa", "its name repeats one character"),
        ("1", "its name is one or two characters"),
        ("Newsletters", ""),
        ("请假", ""),
        ("Счета", ""),
        (None, ""),
    ],
)
def test_evasive_names(name, why):
    assert evasive_name(name) == why


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Re: INVOICE 4711", ["invoice"]),
        ("invoices;iban", ["invoice", "iban"]),
        ("achieve swiftly", []),
        ("Überweisung an Lieferanten", ["überweisung"]),
        ("Lunch on Friday", []),
        ("noreply@workday.example", ["workday"]),
        ("uw nieuwe rekeningnummer", ["rekeningnummer"]),
        ("Neue Kontoverbindung ab 1.12.", ["kontoverbindung"]),
        ("Numero de cuenta", ["número de cuenta"]),
        ("Platnosc", ["płatnoś"]),
        ("ordine d’acquisto", ["ordine d'acquisto"]),
        ("Faktura 12", ["faktur"]),
        ("Lon from accounts", []),
    ],
)
def test_words_of_the_lexicon(text, terms):
    assert terms_in(text) == terms


LANGUAGES = {"en", "de", "fr", "es", "it", "nl", "pl", "pt", "sv", "ru"}


@pytest.mark.parametrize("concept", sorted({row[:2] for row in lists.rows("lexicon")}), ids=" ".join)
def test_every_concept_of_the_lexicon_stands_in_every_language(concept):
    languages = {row[2] for row in lists.rows("lexicon") if row[:2] == concept}
    assert languages <= {*LANGUAGES, "*"}
    assert "*" in languages or languages == LANGUAGES


@pytest.mark.parametrize("row", lists.rows("lexicon"), ids=" ".join)
def test_every_word_of_the_lexicon_is_found_in_a_subject_that_holds_it(row):
    topic, _, _, _, term = row
    assert term in terms_in(f"Re: {term.upper()}, 24.11.", frozenset({topic}))


@pytest.mark.parametrize(
    ("domain", "known", "sure"),
    [
        ("fabrikarn.example", "fabrikam.example", 0.95),
        ("docs-fabrikarn.example", "fabrikam.example", 0.95),
        ("vvoodgrove.example", "woodgrove.example", 0.95),
        ("c0ntos0.example", "contoso.example", 0.95),
        ("contоso.example", "contoso.example", 0.95),  # a Cyrillic о
        ("xn--contso-zqf.example", "contoso.example", 0.95),  # the same, as it travels
        ("clatum.example", "datum.example", 0.95),
        ("contosso.example", "contoso.example", 0.8),
        ("ocntoso.example", "contoso.example", 0.8),
        ("woodgroove-x.example", "northwind.example", 0.0),
        ("fabrikam.co", "fabrikam.example", 0.5),
        ("fabrikam-billing.example", "fabrikam.example", 0.6),
        ("contoso.example", "contoso.example", 0.0),
        ("mail.contoso.example", "contoso.example", 0.0),
        ("costco.example", "contoso.example", 0.0),
        ("abc.example", "abd.example", 0.0),
        ("shop.example", "ship.example", 0.0),
    ],
)
def test_look_alikes(domain, known, sure):
    assert looks_like(domain, known)[0] == sure


def test_the_name_that_is_registered():
    assert labels("mail.fabrikam.co.uk") == ("fabrikam", "co.uk")
    assert labels("fabrikam.example") == ("fabrikam", "example")
    assert labels("localhost") == ("localhost", "")


def test_skeletons_of_hostile_text_end():
    assert skeleton("xn--\ud800") == skeleton("xn--\ud800")
    assert len(skeleton("rn" * 5000)) == 5000


def test_distance_counts_a_swap_once_and_gives_up_early():
    assert (distance("abcd", "abdc"), distance("abcd", "abcd"), distance("a" * 500, "b" * 500)) == (1, 0, 3)
