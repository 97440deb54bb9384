"""A meeting's page: besides the form, its agenda and the minutes as they are taken."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from aps_desktop.services.record_page import RecordPage
from aps_desktop.views.context import Context
from aps_desktop.views.detail_view import DetailView
from aps_desktop.views.meeting_minutes import MinutesView


class MeetingPage(DetailView):
    """The page of a meeting; its second tab is where it is minuted."""

    def __init__(self, context: Context, entity_name: str, parent: QWidget | None = None) -> None:
        super().__init__(context, entity_name, parent)
        self.minutes = MinutesView(context, self.tabs)
        self.tabs.add_own(self.minutes, "Minutes")

    def show_extra(self, page: RecordPage) -> str:
        self.minutes.show_meeting(page.record.id)
        return ""
