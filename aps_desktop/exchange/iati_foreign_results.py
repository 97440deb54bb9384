"""What the results of other publishers become: results, indicators, targets and period values."""

from __future__ import annotations

from aps_desktop.domain.values import Period
from aps_desktop.exchange import iati_names as names
from aps_desktop.exchange.iati_decimals import decimal
from aps_desktop.exchange.iati_drafts import Activity, Drafts, Element, day_of, short
from aps_desktop.exchange.iati_lookups import Lookups
from aps_desktop.exchange.iati_problem import ERROR
from aps_desktop.exchange.parse import Draft, Read


class Results:
    """The results of one activity, for its project."""

    def __init__(
        self, activity: Activity, drafts: Drafts, lookups: Lookups, project: Draft | None
    ) -> None:
        self._activity = activity
        self._drafts = drafts
        self._lookups = lookups
        self._project = project
        self._language = "en"

    def take(self, activity: Element, language: str) -> None:
        """Every result of an activity with what belongs to it."""
        self._language = language
        levels = {code: level for level, code in names.RESULT_CODES.items()}
        for element in activity.all("result"):
            title = short(element.told("title", self._language))
            values: dict[str, Read] = {
                "title": title,
                "project": self._project,
                "code": short(element.of_first("reference", "code")),
                "level": levels.get(element.get("type")),
                "description": element.told("description", self._language),
            }
            result = self._add("result", element, values) if title else None
            for indicator in element.all("indicator"):
                self._indicator(indicator, result)

    def _indicator(self, at: Element, result: Draft | None) -> None:
        title = short(at.told("title", self._language))
        if not title:
            self._activity.note(at, "The indicator has no title.", ERROR)
            return
        ascending = at.get("ascending") not in ("0", "false")
        values: dict[str, Read] = {
            "title": title, "project": self._project, "result": result,
            "measure_type": names.MEASURE_TYPES.get(at.get("measure"), "number"),
            "direction": "increase" if ascending else "decrease",
            "definition": at.told("description", self._language),
            "code": short(at.of_first("reference", "code")),
        }  # fmt: skip
        baselines = list(at.all("baseline"))
        if baselines:
            values |= self._baseline(baselines[0])
        if len(baselines) > 1:
            words = "Only the first baseline is taken: a record here has one."
            self._activity.note(baselines[1], words)
        indicator = self._add("indicator", at, values)
        for period in at.all("period"):
            self._period(period, indicator)

    def _baseline(self, at: Element) -> dict[str, Read]:
        """Its value and day; a year alone is no day, so it stands in the comment."""
        told = at.told("comment", self._language)
        values: dict[str, Read] = {"baseline": self._number(at)}
        if at.get("iso-date"):
            values["baseline_date"] = day_of(self._activity, at)
        elif at.get("year"):
            told = f"{at.get('year')}: {told}" if told else at.get("year")
        values["baseline_comment"] = short(told)
        return values

    def _period(self, at: Element, indicator: Draft) -> None:
        days = [at.first(name) for name in ("period-start", "period-end")]
        start, end = (day_of(self._activity, d) if d else None for d in days)
        if start is None or end is None or end < start:
            self._activity.note(at, "The period has no right start and end.", ERROR)
            return
        for tag, entity in (("target", "target"), ("actual", "indicator_value")):
            for element in at.all(tag):
                values: dict[str, Read] = {
                    "indicator": indicator, "period": Period(start, end),
                    "value": self._number(element),
                    "text": element.told("comment", self._language),
                }  # fmt: skip
                self._dimensions(element, entity, values)
                if values["value"] is not None or values["text"]:
                    if entity == "target":
                        values["text"] = short(str(values["text"] or ""))
                    self._add(entity, element, values)

    def _dimensions(self, at: Element, entity: str, values: dict[str, Read]) -> None:
        for one in at.all("dimension"):
            name, value = one.get("name").lower(), one.get("value")
            if name in ("member state", "country", "member_state"):
                values["member_state"] = self._lookups.named("member_state", value)
            elif entity == "indicator_value" and name == "sex" and value in ("female", "male"):
                values["sex"] = value
            elif entity == "indicator_value" and "dimension_value" not in values:
                values["dimension_value"] = short(f"{name}: {value}")
            else:
                self._activity.note(one, f"The dimension {name} “{value}” is left out.")

    def _number(self, at: Element) -> Read:
        try:
            return decimal(at.attributes.get("value"))
        except ValueError:
            value = at.get("value")
            self._activity.note(at, f"“{value[:40]}” is no number, so it is left out.")
            return None

    def _add(self, entity: str, at: Element, values: dict[str, Read]) -> Draft:
        return self._drafts.add_checked(self._activity, entity, at, values)
