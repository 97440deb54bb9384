"""Pages with the money of a record: a fund with its ledger, a partner, a body, a member state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from aps_desktop.domain.changes import Applied
from aps_desktop.domain.entities import entity
from aps_desktop.domain.values import Value
from aps_desktop.services import body_money, fund_money, payer_money
from aps_desktop.services.money_page import Load
from aps_desktop.services.record_page import RecordPage
from aps_desktop.services.records import Record
from aps_desktop.views.context import Context
from aps_desktop.views.detail_view import DetailView
from aps_desktop.views.money_view import MoneyView
from aps_desktop.views.new_record_dialog import new_record


@dataclass(frozen=True)
class Kind:
    """How an entity's page of money is read, called, and what a new transaction begins with."""

    load: Load
    title: str
    preset: Callable[[Record], Mapping[str, Value]]
    first: bool = True


def _fund(record: Record) -> Mapping[str, Value]:
    return {"fund": record.id}


def _nothing(record: Record) -> Mapping[str, Value]:
    del record  # a transaction names a project, which names its body
    return {}


def _partner(record: Record) -> Mapping[str, Value]:
    return {"type": "receipt", "partner": record.id}


def _state(record: Record) -> Mapping[str, Value]:
    return {"type": "receipt", "member_state": record.id}


KINDS: dict[str, Kind] = {
    "fund": Kind(fund_money.page, "Ledger", _fund),
    "partner": Kind(payer_money.partner, "Support", _partner),
    "body": Kind(body_money.page, "Money", _nothing, first=False),
    "member_state": Kind(payer_money.member_state, "Support", _state, first=False),
}
_WATCHED = (
    "project", "body", "fund", "partner", "pipeline_proposal", "correspondence", "document",
)  # fmt: skip


class MoneyRecordPage(DetailView):
    """The page of a record whose second tab is its money; it is shown first where `first`."""

    def __init__(self, context: Context, entity_name: str, parent: QWidget | None = None) -> None:
        super().__init__(context, entity_name, parent)
        self._money_kind = KINDS[entity_name]
        self.money = MoneyView(context, self._money_kind.load, self.tabs, entities=_WATCHED)
        self.money.post_wanted.connect(self._on_post)
        self.tabs.add_own(self.money, self._money_kind.title)
        if self._money_kind.first:
            self.tabs.setCurrentWidget(self.money)

    def show_extra(self, page: RecordPage) -> str:
        self.money.show_record(page.record)
        return ""

    def on_changed(self, applied: Applied) -> None:
        super().on_changed(applied)
        self.money.on_changed(applied)

    def _on_post(self) -> None:
        if self.record is not None:
            preset = self._money_kind.preset(self.record)
            new_record(self.context, entity("fund_transaction"), preset, self.window())
