"""What the tests of the pages of money read on them."""

from pytestqt.qtbot import QtBot

from aps_desktop.db.engine import Database
from aps_desktop.db.queries import lists
from aps_desktop.views.context import Context
from aps_desktop.views.money_view import MoneyView
from aps_desktop.views.navigation import places
from aps_desktop.views.pane import Pane
from aps_desktop.views.questions_pane import QuestionsPane
from aps_desktop.views.record_pages import page_for


def page(qtbot: QtBot, context: Context, entity: str, id: object, width: int = 1200) -> MoneyView:
    made = page_for(context, entity)
    qtbot.addWidget(made)
    context.runner.changed.connect(made.on_changed)
    made.resize(width, 800)
    made.show()
    made.show_record(id)
    made.tabs.setCurrentWidget(made.money)
    made.money.kept = made  # a page that nobody holds is gone
    return made.money


def opened(qtbot: QtBot, context: Context, key: str) -> Pane:
    """A page of the navigation, shown and in use."""
    made = places()[key].make(context)
    qtbot.addWidget(made)
    context.runner.changed.connect(made.on_changed)
    made.resize(1200, 700)
    made.show()
    made.activate()
    return made


def cards(view: MoneyView) -> dict[str, str]:
    return {card.label: card.figure.text for card in view.strip._shown}


def rows(view: MoneyView) -> list[list[str]]:
    return [[cell.text for cell in line.cells] for line in view.table.figures.lines]


def heard(context: Context) -> list[tuple[str, tuple[lists.Filter, ...]]]:
    found: list[tuple[str, tuple[lists.Filter, ...]]] = []
    context.open_list.connect(lambda entity, filters: found.append((entity, filters)))
    return found


def counted(db: Database, asked: tuple[str, tuple[lists.Filter, ...]]) -> int:
    return lists.count(db.connect(), lists.ListQuery(asked[0], (), filters=asked[1]))


def answer(pane: QuestionsPane) -> list[list[str]]:
    return [[cell.text for cell in line.cells] for line in pane.table.figures.lines]
