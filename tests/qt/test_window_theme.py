"""The colours: readable in both schemes, and never apart between the two."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from aps_desktop.views import theme, theme_sheet
from aps_desktop.views.dialogs import Notice

TEXTS = (
    "text", "text_muted", "accent", "ok", "attention", "late",
)  # fmt: skip
GROUNDS = ("window", "surface", "surface_alt", "hover")
PAIRS = [
    *((text, ground) for text in TEXTS for ground in GROUNDS),
    ("accent_text", "accent"),
    ("accent_text", "accent_hover"),
    ("accent_text", "late"),
    ("selection_text", "selection"),
    ("accent", "accent_soft"),
    ("text", "accent_soft"),
    ("text_muted", "selection"),
    ("ok", "ok_soft"),
    ("attention", "attention_soft"),
    ("late", "late_soft"),
    *((text, "selection") for text in ("ok", "attention", "late")),
]


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_words_are_readable_on_every_ground(scheme: str, text: str, ground: str) -> None:
    of = theme.LIGHT if scheme == "light" else theme.DARK
    assert contrast(getattr(of, text), getattr(of, ground)) >= 4.5


@pytest.mark.parametrize("of", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_edges_of_editors_are_seen(of: theme.Tokens) -> None:
    assert contrast(of.border_strong, of.surface) >= 3


def test_contrast_is_computed_as_the_standard_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_an_unknown_scheme_is_the_system_s() -> None:
    theme.choose("purple")
    assert theme.chosen() == "system"


def test_a_button_that_deletes_stays_readable_with_the_keyboard_at_it(
    qapp: QApplication, qtbot: QtBot
) -> None:
    theme_sheet.dress(qapp)
    notice = Notice("Put it back?", "It goes back.", do="Put it back", leave="Cancel", danger=True)
    qtbot.addWidget(notice)
    notice.show()
    doing = next(b for b in notice.findChildren(QPushButton) if b.text() == "Put it back")
    doing.setFocus(Qt.FocusReason.TabFocusReason)
    doing.setDefault(True)
    ground = doing.grab().toImage().pixelColor(8, doing.height() // 2)
    assert ground.name() == theme.tokens().late
