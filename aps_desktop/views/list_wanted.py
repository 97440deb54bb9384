"""What a list is asked to show: of which records which fields, in which order, narrowed by what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from aps_desktop.db.queries.lists import Filter, ListQuery
from aps_desktop.services.saved_views import ViewSettings

Sort = tuple[tuple[str, bool], ...]
"""(field, descending), the first weighs most; empty: the entity's own order."""


class ListWanted:
    """Plain values, no widgets. `fixed` are filters that the officer cannot take away."""

    def __init__(self, entity: str, fields: tuple[str, ...], fixed: Sequence[Filter]) -> None:
        self._entity = entity
        self.fields = fields
        self.fixed = tuple(fixed)
        self.filters: dict[str, tuple[Filter, ...]] = {}
        self.sort: Sort = ()
        self.text = ""
        self.group = ""

    @property
    def narrowed(self) -> bool:
        """Whether the officer narrowed the list."""
        return bool(self.filters or self.text.strip())

    def query(self) -> ListQuery:
        """All of it, as the database is asked."""
        filters = (*self.fixed, *self._flat())
        return ListQuery(self._entity, self.fields, self.sort, filters, self.text, self.group)

    def settings(self, columns: tuple[str, ...], widths: Mapping[str, int]) -> ViewSettings:
        """All that a saved view keeps."""
        return ViewSettings(columns, dict(widths), self.sort, self._flat(), self.text, self.group)

    def take(self, settings: ViewSettings, default: tuple[str, ...]) -> None:
        """What a saved view kept; `default` are the fields where it names none."""
        self.fields = settings.columns or default
        self.sort, self.group = settings.sort, settings.group
        self.narrow(settings.filters, settings.text)

    def narrow(self, filters: Iterable[Filter], text: str = "") -> None:
        """These filters and words in place of those there are."""
        self.filters, self.text = {}, text
        for item in filters:
            self.filters[item.field] = (*self.filters.get(item.field, ()), item)

    def narrow_field(self, name: str, filters: tuple[Filter, ...]) -> None:
        """One field's filters; none of them, and it narrows nothing."""
        if filters:
            self.filters[name] = filters
        else:
            self.filters.pop(name, None)

    def next_sort(self, name: str) -> Sort:
        """The order that another click on a heading asks for: up, down, the entity's own."""
        current = self.sort[0] if self.sort else None
        return () if current == (name, True) else ((name, current == (name, False)),)

    def _flat(self) -> tuple[Filter, ...]:
        return tuple(item for group in self.filters.values() for item in group)
