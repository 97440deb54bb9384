"""Four projects, and lists opened on them."""

from datetime import date
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from aps_desktop.db.engine import Database
from aps_desktop.db.unit_of_work import apply
from aps_desktop.domain.changes import ChangeSet, Create
from aps_desktop.domain.money import Money
from aps_desktop.views.context import Context
from aps_desktop.views.list_view import ListView
from tests.list_kit import Opener

_ROWS = (
    ("P-1", "Hợp tác kinh tế", "draft", 100, date(2026, 1, 5)),
    ("P-2", "Early warning", "approved", 900, date(2025, 3, 1)),
    ("P-3", "Health of youth", "draft", 300, None),
    ("P-4", "Ports and water", None, 200, date(2026, 11, 23)),
)


@pytest.fixture
def db(db: Database) -> Database:
    changes = [
        Create(
            "project",
            db.ids.new(),
            {
                "code": code,
                "title": title,
                "status": status,
                "budget": Money(minor, "USD"),
                "planned_start": start,
            },
        )
        for code, title, status, minor, start in _ROWS
    ]
    apply(db, ChangeSet("test", tuple(changes)))
    return db


@pytest.fixture
def said(context: Context) -> list[tuple[Any, ...]]:
    told: list[tuple[Any, ...]] = []
    context.message.connect(lambda *message: told.append(message))
    return told


@pytest.fixture
def opened(qtbot: QtBot, context: Context) -> Opener:
    def open_list(name: str = "project", **options: Any) -> ListView:
        view = ListView(context, name, **options)
        context.runner.changed.connect(view.on_changed)
        qtbot.addWidget(view)
        view.resize(1200, 500)
        view.show()
        return view

    return open_list


@pytest.fixture
def projects(opened: Opener) -> ListView:
    return opened()
