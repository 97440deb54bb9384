"""Every command of the window, once: its words, its keys, its menu. Menus and F1 come from here."""

from __future__ import annotations

from dataclasses import dataclass

from aps_desktop.views.navigation import AREAS


@dataclass(frozen=True)
class Command:
    """One command. `text` may mark its mnemonic with "&"; `keys` are Qt's portable names.

    `menu` "" keeps it out of the menus (it is still in the palette and on the F1 sheet).
    `rule` puts a line above it; `check` makes it one of a group of which one is checked.
    """

    name: str
    text: str
    menu: str = ""
    keys: tuple[str, ...] = ()
    icon: str = ""
    rule: bool = False
    check: str = ""
    needs_database: bool = True

    @property
    def words(self) -> str:
        """The text without its mnemonic."""
        return self.text.replace("&", "")


MENUS = ("&File", "&Edit", "&View", "&Go", "&Help")

COMMANDS = (
    Command("import", "&Import a workbook…", "&File", ("Ctrl+I",), "import"),
    Command("export", "&Export the office as a workbook…", "&File", icon="export"),
    Command("iati_export", "Export to IA&TI…", "&File", icon="export", rule=True),
    Command("iati_import", "Import I&ATI…", "&File", icon="import"),
    Command("iati_validate", "&Validate an IATI file…", "&File", icon="check"),
    Command("report", "Make a &report…", "&File", ("Ctrl+R",), "report", rule=True),
    Command("open_bundle", "Open a b&undle…", "&File", ("Ctrl+Shift+O",), "bundle", rule=True),
    Command("make_bundle", "&Make a bundle…", "&File", ("Ctrl+Shift+M",), "export"),
    Command("request", "&Save this computer's request…", "&File", icon="export"),
    Command("backup", "&Back up now", "&File", ("Ctrl+B",), "backup"),
    Command("officer", "&Who is working…", "&File", icon="person"),
    Command("passphrase", "&Passphrase…", "&File", icon="lock"),
    Command("open_database", "&Open a database…", "&File", ("Ctrl+O",), "folder", rule=True),
    Command("new_office", "&New office…", "&File", needs_database=False),
    Command("quit", "&Quit", "&File", ("Ctrl+Q",), rule=True, needs_database=False),
    Command("undo", "&Undo", "&Edit", ("Ctrl+Z",), "undo"),
    Command("redo", "&Redo", "&Edit", ("Ctrl+Shift+Z", "Ctrl+Y"), "redo"),
    Command("new_record", "&New record", "&Edit", ("Ctrl+N",), "plus", rule=True),
    Command("record_transaction", "Record a &transaction…", "&Edit", ("Ctrl+Shift+T",), "money"),
    Command("find", "&Find in this list", "&Edit", ("Ctrl+F",), "filter"),
    Command("toggle_rail", "&Collapse navigation", "&View", ("Ctrl+\\",), "sidebar"),
    Command("scheme_system", "Colours of the &system", "&View", rule=True, check="scheme"),
    Command("scheme_light", "&Light colours", "&View", check="scheme"),
    Command("scheme_dark", "&Dark colours", "&View", check="scheme"),
    Command("full_screen", "&Full screen", "&View", ("F11",), rule=True),
    Command("refresh", "&Read again", "&View", ("F5",)),
    Command("palette", "&Search or run a command…", "&Go", ("Ctrl+K",), "search"),
    Command("back", "&Back", "&Go", ("Alt+Left",), "back"),
    Command("forward", "&Forward", "&Go", ("Alt+Right",), "forward"),
    Command("manual", "&Manual", "&Help", ("F1",), "help"),
    Command("shortcuts", "&Keyboard shortcuts", "&Help", ("Shift+F1",), "keyboard"),
    Command("update", "&Install an update…", "&Help", rule=True),
    Command("log_folder", "Open the &log folder", "&Help"),
    Command("about", "&About APS Desktop", "&Help", icon="info", rule=True),
)

AREA_COMMANDS = tuple(
    Command(f"area_{area.key}", area.title, "&Go", (f"Ctrl+{at}",), area.icon, rule=at == 1)
    for at, area in enumerate(AREAS, 1)
)

IN_LISTS = (
    ("Open the record", "Enter"),
    ("Choose more records", "Shift+Up, Shift+Down"),
    ("From list to record and back", "F6"),
    ("Edit the record chosen in the list", "F2"),
    ("Close a message, leave a field", "Esc"),
)
"""Keys of lists and forms that are no commands of the window; for the F1 sheet."""


def all_commands() -> tuple[Command, ...]:
    return (*COMMANDS, *AREA_COMMANDS)
