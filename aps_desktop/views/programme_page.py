"""A programme's page: besides the form, the results of its projects by period."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from aps_desktop.domain.changes import Applied
from aps_desktop.services.record_page import RecordPage
from aps_desktop.views.context import Context
from aps_desktop.views.detail_view import DetailView
from aps_desktop.views.results_view import ResultsView


class ProgrammePage(DetailView):
    """The page of a programme; its second tab is its results framework."""

    def __init__(self, context: Context, entity_name: str, parent: QWidget | None = None) -> None:
        super().__init__(context, entity_name, parent)
        self.results = ResultsView(context, "programme", self.tabs)
        self.tabs.add_own(self.results, "Results by period")

    def on_changed(self, applied: Applied) -> None:
        super().on_changed(applied)
        self.results.on_changed(applied)

    def show_extra(self, page: RecordPage) -> str:
        self.results.show_record(page.record.id)
        return ""
