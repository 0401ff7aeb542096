"""The Swedish alphabet, as people expect to find a name in a list."""

from __future__ import annotations

from annualwheel.wording.collation import swedish


def order(*names: str) -> list[str]:
    return sorted(names, key=swedish)


def test_the_three_swedish_letters_come_last_in_their_own_order() -> None:
    assert order("Ödeby", "Zäta", "Äppelbo", "Årjäng", "Arvika") == [
        "Arvika",
        "Zäta",
        "Årjäng",
        "Äppelbo",
        "Ödeby",
    ]


def test_a_swedish_letter_counts_inside_a_word_too() -> None:
    assert order("Säffle", "Sunne", "Såtenäs", "Sz") == ["Sunne", "Sz", "Såtenäs", "Säffle"]


def test_accents_do_not_move_a_name() -> None:
    assert order("Idz", "Idéburna", "Idea") == ["Idea", "Idéburna", "Idz"]


def test_german_and_danish_letters_have_a_swedish_place() -> None:
    assert order("Müller", "Myz", "Mya", "Ørsted", "Öster", "Æbelö", "Ärla") == [
        "Mya",
        "Müller",
        "Myz",
        "Æbelö",
        "Ärla",
        "Ørsted",
        "Öster",
    ]


def test_w_is_a_letter_of_its_own_after_v() -> None:
    assert order("Wa", "Vå", "Va", "Xa") == ["Va", "Vå", "Wa", "Xa"]


def test_capitals_and_outer_spaces_do_not_matter() -> None:
    assert order("b", "A", " a1", "B1") == ["A", " a1", "b", "B1"]


def test_a_letter_written_as_two_characters_is_the_same_letter() -> None:
    assert swedish("A\N{COMBINING RING ABOVE}rjäng")[0] == swedish("Årjäng")[0]


def test_names_that_sound_alike_keep_one_order() -> None:
    assert order("Åre", "åre") == order("åre", "Åre")
