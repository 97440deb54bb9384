"""Which backups are kept, and when one is due."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from aps_desktop.db import store
from aps_desktop.domain.clock import FixedClock
from aps_desktop.services import backup, records

NOW = datetime(2026, 11, 23, 17, 0)


def test_all_of_two_days_then_days_weeks_and_months() -> None:
    every_hour = [NOW - timedelta(hours=n) for n in range(24 * 500)]
    kept = sorted(backup.kept(every_hour, NOW), reverse=True)
    assert sum(NOW - t <= timedelta(days=2) for t in kept) == 49
    older = [t for t in kept if NOW - t > timedelta(days=2)]
    assert len({t.date() for t in older}) == len(older)
    assert 4 + 2 + 9 <= len(older) <= 4 + 4 + 12
    assert min(kept) < NOW - timedelta(days=300)


def test_a_lone_old_backup_is_kept() -> None:
    old = NOW - timedelta(days=900)
    assert backup.kept([old], NOW) == {old}


def test_one_is_due_on_the_first_change_of_a_day_and_then_each_half_hour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APS_DATA_DIR", str(tmp_path / "data"))
    clock = FixedClock(int(datetime.now().timestamp() * 1000))
    db = store.create(str(tmp_path / "a.aps"), office="KH", device="Laptop", clock=clock)
    assert backup.if_due(db) is not None
    assert backup.if_due(db) is None
    clock.now += 31 * 60_000
    assert backup.if_due(db) is None  # nothing was changed
    records.new(db, "body", {"code": "B", "name": "Body"})
    assert backup.if_due(db) is not None
    assert backup.before(db, "import") is not None
    assert [one.reason for one in backup.made(db.path)] == ["before import", "", ""]
    db.close()
