"""A project, and its page opened in a window."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest
from pytestqt.qtbot import QtBot

from aps_desktop.db.engine import Database
from aps_desktop.domain.values import Value
from aps_desktop.services import records
from aps_desktop.views.context import Context
from aps_desktop.views.detail_view import DetailView
from tests.window_kit import Setting


@pytest.fixture
def setting() -> Setting:
    return Setting(office="Lao PDR office")


@pytest.fixture
def said(context: Context) -> list[str]:
    told: list[str] = []
    context.message.connect(lambda text, *_: told.append(text))
    return told


@pytest.fixture
def project(db: Database) -> UUID:
    body = records.new(db, "body", {"code": "ACDM", "name": "Disaster management"})
    records.new(db, "body", {"code": "ACW", "name": "Committee on Women"})
    return records.new(
        db,
        "project",
        {
            "code": "P-1",
            "title": "Early warning",
            "sponsoring_body": body,
            "planned_start": date(2026, 1, 1),
            "tags": frozenset({"flood"}),
        },
    )


@pytest.fixture
def open_page(qtbot: QtBot, context: Context) -> Callable[..., DetailView]:
    pages = []

    def opened(id: UUID | None = None, **preset: Value) -> DetailView:
        view = DetailView(context, "project")
        pages.append(view)
        qtbot.addWidget(view)
        context.runner.changed.connect(view.on_changed)
        view.resize(900, 700)
        view.show()
        view.activateWindow()
        qtbot.waitUntil(view.isActiveWindow)
        if id is None:
            view.new_record(preset)
        else:
            view.show_record(id)
        return view

    return opened
