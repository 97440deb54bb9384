"""Which facts and summary tables there are."""

from __future__ import annotations

from aps_desktop.db.summary_counts import COUNTED
from aps_desktop.db.summary_kinds import Fact, Worked
from aps_desktop.db.summary_money import MONEY
from aps_desktop.db.summary_results import DOUBTS, REQUESTS, STANDINGS

FACTS: tuple[Fact, ...] = (MONEY, REQUESTS, *(one.fact for one in COUNTED))
WORKED: tuple[Worked, ...] = (STANDINGS, DOUBTS)
