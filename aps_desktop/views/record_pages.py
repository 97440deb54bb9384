"""Which page shows a record: most entities have the plain one, a few a page of their own."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from aps_desktop.views.context import Context
from aps_desktop.views.detail_view import DetailView


def page_for(context: Context, entity_name: str, parent: QWidget | None = None) -> DetailView:
    """The page for an entity's records. Give its parent: moving a page later costs 0.1 s."""
    if entity_name == "project":
        from aps_desktop.views.project_page import ProjectPage

        return ProjectPage(context, entity_name, parent)
    if entity_name == "meeting":
        from aps_desktop.views.meeting_page import MeetingPage

        return MeetingPage(context, entity_name, parent)
    if entity_name == "fund_transaction":
        from aps_desktop.views.transaction_page import TransactionPage

        return TransactionPage(context, entity_name, parent)
    if entity_name in ("fund", "partner", "member_state", "body"):
        from aps_desktop.views.money_record_page import MoneyRecordPage

        return MoneyRecordPage(context, entity_name, parent)
    if entity_name == "tranche":
        from aps_desktop.views.tranche_page import TranchePage

        return TranchePage(context, entity_name, parent)
    if entity_name == "evaluation":
        from aps_desktop.views.evaluation_page import EvaluationPage

        return EvaluationPage(context, entity_name, parent)
    if entity_name == "programme":
        from aps_desktop.views.programme_page import ProgrammePage

        return ProgrammePage(context, entity_name, parent)
    return DetailView(context, entity_name, parent)
