"""The style sheet: what Qt's Fusion style does not give, written once over the tokens."""

from __future__ import annotations

from dataclasses import asdict
from string import Template

from PySide6.QtCore import QDir, QLoggingCategory
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication

from aps_desktop.paths import resource_path
from aps_desktop.views import theme

_SHEET = Template("""
QToolTip { background: $surface; color: $text; border: 1px solid $border_strong; padding: 4px 6px; }
QMainWindow, QDialog { background: $window; }
QAbstractItemView, QMenu, QMenuBar, QMessageBox, QStatusBar, QToolTip { font-family: $families;
  font-size: ${body}pt; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QLabel[role="title"] { font-size: ${title}pt; font-weight: 600; }
QLabel[role="heading"] { font-size: ${heading}pt; font-weight: 600; }
QLabel[role="strong"] { font-weight: 600; }
QLabel[role="muted"] { color: $text_muted; }
QLabel[role="small"] { color: $text_muted; font-size: ${small}pt; }
QLabel[role="section"] { color: $text_muted; font-size: ${small}pt; font-weight: 600; }
QLabel[status="ok"] { color: $ok; }
QLabel[status="attention"] { color: $attention; }
QLabel[status="late"] { color: $late; }
QLabel[chip="ok"] { color: $ok; background: $ok_soft; border-radius: 9px; padding: 1px 8px; }
QLabel[chip="attention"] { color: $attention; background: $attention_soft; border-radius: 9px;
  padding: 1px 8px; }
QLabel[chip="late"] { color: $late; background: $late_soft; border-radius: 9px; padding: 1px 8px; }
QLabel[chip="neutral"] { color: $text_muted; background: $hover; border-radius: 9px;
  padding: 1px 8px; }

QPushButton { background: $surface; color: $text; border: 1px solid $border_strong;
  border-radius: 6px; padding: 5px 14px; min-height: 18px; }
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $border; }
QPushButton:focus { border: 2px solid $accent; padding: 4px 13px; outline: none; }
QPushButton:disabled { color: $border_strong; border-color: $border; background: $window; }
QPushButton[kind="primary"], QPushButton:default { background: $accent; color: $accent_text;
  border-color: $accent; }
QPushButton[kind="primary"]:hover, QPushButton:default:hover { background: $accent_hover; }
QPushButton[kind="primary"]:focus, QPushButton:default:focus { border: 2px solid $text; }
QPushButton[kind="primary"]:disabled, QPushButton:default:disabled { background: $border;
  border-color: $border; color: $text_muted; }
QPushButton[kind="quiet"] { background: transparent; border: 1px solid transparent;
  color: $accent; padding: 5px 8px; }
QPushButton[kind="quiet"]:disabled { color: $border_strong; border-color: transparent; }
QPushButton[kind="quiet"]:hover { background: $hover; }
QPushButton[kind="quiet"]:focus { border: 2px solid $accent; padding: 4px 7px; }
QPushButton[kind="danger"] { color: $late; border-color: $late; }
QPushButton[kind="danger"]:default, QPushButton[kind="danger"]:default:hover { background: $late;
  color: $accent_text; }
QPushButton[kind="danger"]:disabled { color: $border_strong; border-color: $border; }

QPushButton[subtab="true"] { background: transparent; border: 1px solid transparent;
  color: $text_muted; padding: 3px 5px; min-height: 16px; }
QPushButton[subtab="true"]:hover { background: $hover; color: $text; }
QPushButton[subtab="true"]:checked { background: $accent_soft; color: $accent; }
QPushButton[subtab="true"]:focus { border: 1px solid $accent; padding: 3px 5px; }
QPushButton[segment="true"]:checked { background: $accent_soft; color: $accent;
  border-color: $accent; }

QToolButton { background: transparent; border: 1px solid transparent; border-radius: 6px;
  padding: 4px; color: $text; }
QToolButton:hover { background: $hover; }
QToolButton:pressed, QToolButton:checked { background: $accent_soft; color: $accent; }
QToolButton:focus { border-color: $accent; }
QToolButton:disabled { color: $border_strong; }
QToolButton[chip="true"] { background: $hover; border-radius: 12px; padding: 3px 10px; }
QToolButton[chip="true"]:hover { background: $late_soft; color: $late; }
QToolButton[chip="true"]:focus { border-color: $accent; }
QToolButton[badge="true"] { padding: 0 6px; font-size: ${small}pt; }
QToolButton::menu-indicator { image: none; width: 0; }

QLineEdit, QTextEdit, QPlainTextEdit, QSpinBox, QDoubleSpinBox, QDateEdit, QComboBox {
  background: $surface; color: $text; border: 1px solid $border_strong; border-radius: 6px;
  padding: 4px 8px; selection-background-color: $selection; selection-color: $selection_text; }
QLineEdit, QSpinBox, QDoubleSpinBox, QDateEdit, QComboBox { min-height: 20px; }
QLineEdit:focus, QTextEdit:focus, QPlainTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus,
QDateEdit:focus, QComboBox:focus { border: 2px solid $accent; padding: 3px 7px; }
QLineEdit:disabled, QLineEdit:read-only, QTextEdit:read-only, QPlainTextEdit:read-only,
QSpinBox:disabled, QDoubleSpinBox:disabled, QComboBox:disabled { background: $surface_alt;
  border-color: $border; }
QSpinBox:disabled, QDoubleSpinBox:disabled, QComboBox:disabled { color: $text_muted; }
QLineEdit[problem="true"], QComboBox[problem="true"], QTextEdit[problem="true"],
QPlainTextEdit[problem="true"] { border: 2px solid $late; padding: 3px 7px; }
/* A box's list is as high as its items and twice this padding, which must not change. */
QComboBox:focus, QComboBox[problem="true"] { padding: 4px 7px; min-height: 18px; }
QLineEdit[compact="true"] { min-height: 16px; border-radius: 4px; padding: 2px 6px; }
QLineEdit[compact="true"]:focus { border: 2px solid $accent; padding: 1px 5px; }
QToolButton[compact="true"] { background: $surface; border: 1px solid $border_strong;
  border-radius: 4px; padding: 3px 6px; color: $text_muted; }
QToolButton[compact="true"]:focus { border: 2px solid $accent; padding: 2px 5px; }
QComboBox::drop-down { border: none; width: 24px; }
QComboBox::down-arrow { image: url(apsicons:$scheme/chevron-down.svg); width: 14px; height: 14px; }
QSpinBox::up-button, QDoubleSpinBox::up-button, QDateEdit::up-button { border: none; width: 18px; }
QSpinBox::down-button, QDoubleSpinBox::down-button { border: none; width: 18px; }
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow { image: url(apsicons:$scheme/chevron-up.svg);
  width: 12px; height: 12px; }
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow { image: url(apsicons:$scheme/chevron-down.svg);
  width: 12px; height: 12px; }
QDateEdit::drop-down { border: none; width: 24px; }
QDateEdit::down-arrow { image: url(apsicons:$scheme/chevron-down.svg); width: 14px; height: 14px; }
QComboBox QAbstractItemView { background: $surface; border: 1px solid $border_strong;
  selection-background-color: $selection; selection-color: $selection_text; outline: none; }

QCheckBox, QRadioButton { spacing: 8px; }
QCheckBox::indicator, QRadioButton::indicator { width: 14px; height: 14px; background: $surface;
  border: 1px solid $border_strong; }
QCheckBox::indicator { border-radius: 4px; }
QRadioButton::indicator { border-radius: 8px; }
QCheckBox::indicator:checked, QRadioButton::indicator:checked { background: $accent;
  border-color: $accent; }
QCheckBox::indicator:checked { image: url(apsicons:$scheme/check.svg); }
QCheckBox::indicator:indeterminate { image: url(apsicons:$scheme/partial.svg); background: $accent;
  border-color: $accent; }
QRadioButton::indicator:checked { image: url(apsicons:$scheme/dot.svg); }
QCheckBox::indicator:focus, QRadioButton::indicator:focus { border: 2px solid $accent; }
QCheckBox:focus, QRadioButton:focus { color: $accent; }

QTabWidget::pane { border: none; border-top: 1px solid $border; }
QTabBar { qproperty-drawBase: 0; }
QTabBar::tab { background: transparent; color: $text_muted; padding: 7px 4px; margin: 0 10px 0 2px;
  border: none; border-bottom: 2px solid transparent; }
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $accent; border-bottom: 2px solid $accent; font-weight: 600; }
QTabBar::tab:focus { color: $accent; background: $accent_soft; }

QAbstractItemView { background: $surface; color: $text; border: none; outline: none;
  selection-background-color: $selection; selection-color: $selection_text; gridline-color: $border;
  alternate-background-color: $surface; }
QListWidget#questions::item { padding: 0 10px; border-radius: 6px; }
QListWidget#questions::item:hover { background: $hover; }
QListWidget#questions::item:selected { background: $accent_soft; color: $accent; font-weight: 600; }
QTableView[plain="true"]::item { padding: 0 6px; }
QHeaderView { background: $surface; border: none; }
QHeaderView::section { background: $surface; color: $text_muted; border: none;
  border-bottom: 1px solid $border; padding: 5px 8px; font-weight: 600; }
QHeaderView::section:hover { background: $hover; color: $text; }
QTableCornerButton::section { background: $surface; border: none; }
QTreeView::branch { background: transparent; }
QTreeView::branch:has-children:closed { image: url(apsicons:$scheme/chevron-right.svg); }
QTreeView::branch:has-children:open { image: url(apsicons:$scheme/chevron-down.svg); }

QMenuBar { background: $window; color: $text; border: none; padding: 1px 4px; }
QMenuBar::item { padding: 4px 9px; border-radius: 5px; background: transparent; }
QMenuBar::item:selected, QMenuBar::item:pressed { background: $hover; }
QMenu { background: $surface; color: $text; border: 1px solid $border_strong; padding: 5px; }
QMenu::item { padding: 5px 26px 5px 24px; border-radius: 5px; }
QMenu::item:selected { background: $selection; color: $selection_text; }
QMenu::item:disabled { color: $border_strong; }
QMenu::separator { height: 1px; background: $border; margin: 5px 8px; }
QMenu::indicator { width: 14px; height: 14px; left: 5px; }
QMenu::indicator:checked { image: url(apsicons:$scheme/check-menu.svg); }
QMenu::indicator:exclusive:checked { image: url(apsicons:$scheme/dot-menu.svg); }

QScrollBar:vertical { background: transparent; width: 11px; margin: 0; border: none; }
QScrollBar:horizontal { background: transparent; height: 11px; margin: 0; border: none; }
QScrollBar::handle { background: $handle; border-radius: 3px; margin: 3px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: $border_strong; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; border: none; background: none; }
QScrollBar::add-page, QScrollBar::sub-page { background: none; }
QAbstractScrollArea::corner { background: transparent; border: none; }

QSplitter::handle { background: $border; }
QSplitter::handle:hover { background: $accent; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QProgressBar { background: $hover; border: none; border-radius: 3px; height: 6px; color: $text; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
QGroupBox { border: 1px solid $border; border-radius: 8px; margin-top: 12px;
  padding: 12px 8px 8px; }
QGroupBox::title { subcontrol-origin: margin; left: 10px; padding: 0 4px; color: $text_muted; }
QScrollArea { background: transparent; border: none; }
QFrame[card="true"] { background: $surface; border: 1px solid $border; border-radius: 10px; }
QFrame[card="true"][chosen="true"] { border: 2px solid $accent; background: $accent_soft; }
QFrame[card="chart"] { background: $surface; border: 1px solid $border; border-radius: 8px; }
QFrame[measure="other"] { background: $surface_alt; border: 1px solid $border; border-radius: 8px; }
QFrame[measure="first"] { background: $accent_soft; border: 1px solid $border; border-radius: 8px; }
QFrame[measure]:hover { border-color: $border_strong; }
QFrame[measure]:focus { border: 1px solid $accent; }
QFrame[line="true"] { background: $border; border: none; max-height: 1px; min-height: 1px; }
QFrame[banner="true"] { background: $attention_soft; border-bottom: 1px solid $border; }
QWidget[popup="true"] { background: $surface; border: 1px solid $border_strong; }
QTabWidget#record_tabs::tab-bar { left: 12px; }
QWidget[ground="surface"] { background: $surface; }
QWidget[ground="window"] { background: $window; }

QFrame#navigation { background: $window; border: none; border-right: 1px solid $border; }
QFrame#top_bar { background: $surface; border: none; border-bottom: 1px solid $border; }
QFrame#status_bar { background: $window; border: none; border-top: 1px solid $border; }
QStackedWidget#pages { background: $surface; }
QFrame#message_bar { background: $surface; border: 1px solid $border_strong; }
QPushButton#search_button { background: $surface_alt; border: 1px solid $border; color: $text_muted;
  text-align: left; padding: 5px 10px; }
QPushButton#search_button:hover { border-color: $border_strong; background: $hover; }
QPushButton#search_button:focus { border: 2px solid $accent; padding: 4px 9px; }
QToolButton#crumb_place { padding: 4px 6px; }
QDialog#palette { background: $surface; border: 1px solid $border_strong; }
QLineEdit#palette_field { border: none; font-size: ${heading}pt; padding: 8px 6px; }
QFrame#brand { background: $accent_soft; border: none; }
QWidget#first_run { background: $surface; }
QPushButton[choice="true"] { background: $surface; border: 1px solid $border; border-radius: 10px;
  text-align: left; min-height: 58px; }
QPushButton[choice="true"]:hover { background: $surface_alt; border-color: $border_strong; }
QPushButton[choice="true"]:focus { border: 2px solid $accent; outline: none; }
""")


def sheet() -> str:
    """The style sheet for the scheme in use.

    It names the fonts of the kinds of widgets for which Windows has fonts of its own: Qt puts those
    back whenever the system's look changes, also once after each start.
    """
    return _SHEET.substitute(
        asdict(theme.tokens()),
        scheme="dark" if theme.is_dark() else "light",
        title=theme.TITLE,
        heading=theme.HEADING,
        small=theme.SMALL,
        body=theme.BODY,
        families=", ".join(f'"{family}"' for family in theme.FAMILIES),
    )


def dress(app: QApplication) -> None:
    """Gives the program its look: once at the start, and again when the scheme changes."""
    if not QDir.searchPaths("apsicons"):
        QDir.addSearchPath("apsicons", str(resource_path("icons")))
        # Qt names each font that lacks a script before it finds the next one that has it.
        QLoggingCategory.setFilterRules("qt.text.font.db=false")
        load_fonts()
        app.setStyle("Fusion")
    app.setPalette(theme.palette())
    app.setFont(theme.font())
    app.setStyleSheet(sheet())


def load_fonts() -> list[int]:
    """Loads the shipped fonts (5 ms); their numbers in Qt's font database, -1 for a failure."""
    files = sorted(resource_path("fonts").glob("*.ttf"))
    return [QFontDatabase.addApplicationFont(str(file)) for file in files]
