"""Texts of charts as outlines: as wide as a font's own layout says, and laid out only once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import rc_context
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.transforms import Affine2D

from aps_desktop.charts import letters

TEXTS = (
    "Strengthening early warning for transboundary haze", "USD 3.1 m of 4.75 bn, 71%", "AVATAR To",
    "office, affiliated, efficient", "Đối thoại chính sách", "การจัดการภัยพิบัติ", "ການຮ່ວມມື", "ကဏ္ဍ",
    "ឃ្លាំង and English", "a  b", " ", "“Quoted” – and … so on",
)  # fmt: skip


def whole(words: str, bold: bool) -> float:
    """How far a text reaches by one layout of all of it."""
    glyphs, _ = letters._face(bold).layout(f"{words} ")
    return glyphs[-1][1] / 100


@pytest.mark.parametrize("bold", [False, True])
@pytest.mark.parametrize("words", TEXTS)
def test_a_text_is_as_wide_as_its_layout(words: str, bold: bool) -> None:
    assert letters.width(words, bold) == pytest.approx(whole(words, bold), abs=0.02)


@given(st.text(st.characters(min_codepoint=32, max_codepoint=0x24F, categories=["L", "N", "Zs"])))
def test_any_latin_text_is_as_wide_as_its_layout(words: str) -> None:
    assert letters.width(words, False) == pytest.approx(
        whole(words, False), abs=0.02 + 0.002 * len(words)
    )


@pytest.mark.parametrize("words", TEXTS)
def test_an_outline_lies_within_its_width(words: str) -> None:
    found = letters.outline(words, False).vertices
    if words.strip():
        assert found[:, 0].min() >= -0.2
        assert letters.width(words, False) * 0.7 < found[:, 0].max()
        assert found[:, 0].max() <= letters.width(words, False) + 0.1


def test_letters_that_were_met_are_not_laid_out_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    layout = letters._Face.layout
    monkeypatch.setattr(
        letters._Face, "layout", lambda self, text: asked.append(text) or layout(self, text)
    )
    letters.width("Zebra quagga", False)
    asked.clear()
    assert letters.width("quagga Zebra", False) > 0  # "a Z" and the end are all that is new
    assert sum(map(len, asked)) <= 4
    letters.outline("Zebra quagga", False)
    letters.width("Zebra quagga", False)
    assert sum(map(len, asked)) <= 4


def test_an_outline_is_what_the_font_draws() -> None:
    """The ink of an outline against that of matplotlib's own text: the same within a tenth."""
    from aps_desktop.charts.ink import _font

    words = "Baseline study on haze"
    ours, theirs = RendererAgg(300, 40, 100), RendererAgg(300, 40, 100)
    context = ours.new_gc()
    context.set_linewidth(0)
    place = Affine2D.from_values(20, 0, 0, 20, 10, 12)
    ours.draw_path(context, letters.outline(words, False), place, (0, 0, 0, 1))
    with rc_context({"text.hinting": "none"}):
        theirs.draw_text(theirs.new_gc(), 10, 28, words, _font(20.0, False, True), 0)
    one, other = (memoryview(r.buffer_rgba()).cast("B")[3::4] for r in (ours, theirs))
    total = sum(other)
    assert total > 10_000
    assert sum(one) == pytest.approx(total, rel=0.1)
    apart = sum(abs(a - b) for a, b in zip(one, other, strict=True))
    assert apart < 0.35 * total
