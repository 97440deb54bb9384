"""Comparing and putting together two edits of one text."""

import pytest

from aps_desktop.services.text_merge import compare, put_together


def test_a_comparison_holds_both_texts() -> None:
    old, new = "It trains forty officers.", "It trains sixty young officers."
    pieces = compare(old, new)
    assert "".join(p.text for p in pieces if p.kind != "new") == old
    assert "".join(p.text for p in pieces if p.kind != "gone") == new
    assert {p.kind for p in pieces} == {"same", "gone", "new"}


@pytest.mark.parametrize(
    ("base", "one", "other", "expected"),
    [
        ("a b c d e", "A b c d e", "a b c d E", "A b c d E"),
        ("a b c", "a b c", "a x c", "a x c"),
        ("a b c", "a X c", "a X c", "a X c"),
        ("a b c", "a X c", "a Y c", None),
        ("a c", "a b c", "a x c", None),
        ("", "new", "", "new"),
        ("", "new", "other", None),
        ("one. two. three.", "two. three.", "one. two. three. four.", "two. three. four."),
    ],
)
def test_edits_in_different_places_go_together(
    base: str, one: str, other: str, expected: str | None
) -> None:
    assert put_together(base, one, other) == expected
    assert put_together(base, other, one) == expected


def test_long_texts_are_compared_by_line() -> None:
    lines = [f"line {n} with some words\n" for n in range(4_000)]
    one = "".join(["first\n", *lines])
    other = "".join([*lines, "last\n"])
    assert put_together("".join(lines), one, other) == "".join(["first\n", *lines, "last\n"])
