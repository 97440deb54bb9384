"""Which facts and summary tables there are."""

from __future__ import annotations

from aps_desktop.db.summary_kinds import Fact
from aps_desktop.db.summary_money import MONEY

FACTS: tuple[Fact, ...] = (MONEY,)
