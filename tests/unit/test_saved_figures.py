"""The rows behind a figure, kept as a view: the same rows later, here and in another office."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from aps_desktop.db.engine import Database
from aps_desktop.db.queries import lists
from aps_desktop.db.queries.conditions import Filter
from aps_desktop.domain.entities import entity
from aps_desktop.domain.errors import InvalidValue
from aps_desktop.services import figures, saved_views
from aps_desktop.services.funding import NAME, Figure, Scope, listed, these
from aps_desktop.services.saved_views import ViewSettings
from aps_desktop.views import list_kept
from tests.iati_kit import filled


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    made = filled(tmp_path_factory.mktemp("saved"))
    yield made
    made.close()


def opened(db: Database, question: str) -> list[Figure]:
    answer = figures.answer(db.reader(), question, Scope())
    found = [one for line in answer.lines[:4] for one in line.figures] + list(answer.totals)
    return [one for one in found if one.opens]


@pytest.mark.parametrize("question", figures.QUESTIONS)
def test_a_view_keeps_what_stands_behind_a_figure(question: str, db: Database) -> None:
    c = db.reader()
    for figure in opened(db, question):
        query = figure.opens
        settings = ViewSettings(filters=query.filters)
        stored = saved_views.write(c, query.entity, settings)
        again = saved_views.read(c, query.entity, stored)
        wanted = sorted(lists.ids(c, query))
        assert sorted(lists.ids(c, replace(query, filters=again.filters))) == wanted, figure.key
        state = json.loads(json.dumps(list_kept.to_state(settings, None, filter_row=False)))
        kept, _, _ = list_kept.from_state(entity(query.entity), state)
        assert kept.filters == query.filters


def test_a_balance_has_such_conditions(db: Database) -> None:
    """Else the test above could not fail."""
    ops = {f.op for one in opened(db, "balances") for f in one.opens.filters}
    assert "either" in ops


def test_records_chosen_one_by_one_are_named_by_their_ids(db: Database) -> None:
    c = db.reader()
    rids = [rid for (rid,) in c.all("SELECT rid FROM fund_transaction ORDER BY rid LIMIT 3")]
    settings = ViewSettings(filters=(these("type", rids, "these three"),))
    stored = saved_views.write(c, NAME, settings)
    id = bytes(c.value("SELECT id FROM fund_transaction WHERE rid = ?", (rids[0],)))
    assert id.hex() in stored
    again = saved_views.read(c, NAME, stored)
    assert sorted(lists.ids(c, listed(NAME, again.filters))) == rids


def test_too_many_of_them_are_refused_in_words(db: Database) -> None:
    many = (Filter("type", "these", tuple(range(1, 602))),)
    with pytest.raises(InvalidValue, match="these are 601"):
        saved_views.write(db.reader(), NAME, ViewSettings(filters=many))


@pytest.mark.parametrize("values", [
    "[]", '["words"]', '["words", []]', '["words", [["nothing", "filled", []]]]', '[1, [[]]]',
    '["words", [["type", "either", ["w", [["type", "either", ["w", [["type", "either", ["w", '
    '[["type", "either", ["w", [["type", "filled", []]]]]]]]]]]]]]]]',
])  # fmt: skip
def test_groups_from_elsewhere_are_not_taken_on_trust(values: str, db: Database) -> None:
    stored = f'{{"filters": [["type", "either", {values}]]}}'
    assert saved_views.read(db.reader(), NAME, stored) == ViewSettings()
