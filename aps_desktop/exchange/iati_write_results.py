"""Writes results, indicators, and what they were to reach and have reached in each period."""

from __future__ import annotations

from collections.abc import Mapping

from aps_desktop.exchange import iati_names as names
from aps_desktop.exchange.iati_decimals import number
from aps_desktop.exchange.iati_source import Activity, Label, Record
from aps_desktop.exchange.iati_xml import Fields, Lines

_DECIMALS = 4
"""Of indicator values and targets."""
_NUMERIC = frozenset({"1", "2", "3", "4"})
_NO_RESULT = "Indicators of the activity"
"""The heading of indicators that belong to no result, since the schema asks for one."""


def results(out: Lines, one: Activity, labels: Mapping[str, Label]) -> dict[str, list[Record]]:
    """Writes what has indicators; returns the parts of the activity that are still to be told."""
    parts = one.parts
    indicators: dict[str, list[Record]] = {}
    for id, fields in parts.pop("indicator", []):
        indicators.setdefault(str(fields.get("result", "")), []).append((id, fields))
    values = _by_indicator(parts, labels)
    rest: list[Record] = []
    for id, fields in parts.pop("result", []):
        own = indicators.pop(id, [])
        if not own:
            rest.append((id, fields))
            continue
        level = names.RESULT_CODES.get(str(fields.get("level", "")), "9")
        out.open("result", {"type": level, "aps:record": f"result {id}"})
        out.told("title", str(fields.get("title", "")))
        description = fields.get("description")
        if isinstance(description, str):
            out.told("description", description)
        for indicator in own:
            _indicator(out, indicator, values)
        out.fields("result", fields)
        out.close("result")
    others = [one for group in indicators.values() for one in group]
    if others:
        out.open("result", {"type": "9", "aps:derived": "1"})
        out.told("title", _NO_RESULT)
        for indicator in others:
            _indicator(out, indicator, values)
        out.close("result")
    parts["result"] = rest
    return parts


_Values = dict[str, dict[str, dict[str, list[tuple[str, Fields, Mapping[str, str]]]]]]
"""By indicator, then by period, then "target" or "actual": (id, fields, dimensions)."""


def _by_indicator(parts: dict[str, list[Record]], labels: Mapping[str, Label]) -> _Values:
    found: _Values = {}
    for entity, element in (("target", "target"), ("indicator_value", "actual")):
        for id, fields in parts.pop(entity, []):
            periods = found.setdefault(str(fields.get("indicator", "")), {})
            by_element = periods.setdefault(str(fields.get("period", "")), {})
            told = (id, fields, _dimensions(fields, labels))
            by_element.setdefault(element, []).append(told)
    return found


def _dimensions(fields: Fields, labels: Mapping[str, Label]) -> dict[str, str]:
    """What a value is of: a member state, a sex, an age, or the office's own dimension."""
    found = {}
    state = labels.get(str(fields.get("member_state", "")))
    if state:
        found["member state"] = state.code
    for name, field in (("sex", "sex"), ("age", "age_band")):
        value = fields.get(field)
        if isinstance(value, str):
            found[name] = value
    value = fields.get("dimension_value")
    if isinstance(value, str):
        own = labels.get(str(fields.get("dimension", "")))
        found[own.name if own and own.name else "other"] = value
    return found


def _indicator(out: Lines, indicator: Record, values: _Values) -> None:
    id, fields = indicator
    measure = names.MEASURE_CODES.get(str(fields.get("measure_type", "")), "1")
    given = {
        "measure": measure,
        "ascending": "0" if fields.get("direction") == "decrease" else "1",
        "aggregation-status": "0" if fields.get("aggregation", "none") == "none" else "1",
        "aps:record": f"indicator {id}",
    }
    out.open("indicator", given)
    out.told("title", str(fields.get("title", "")))
    definition = fields.get("definition")
    if isinstance(definition, str):
        out.told("description", definition)
    _baseline(out, fields, measure)
    rest: list[tuple[str, str, Fields]] = []
    for period, by_element in sorted(values.get(id, {}).items()):
        _period(out, period, by_element, measure, rest)
    out.fields("indicator", fields)
    for entity, record, told in rest:
        out.record(entity, record, told)
    out.close("indicator")


def _baseline(out: Lines, fields: Fields, measure: str) -> None:
    """Where an indicator started from; IATI asks for its year."""
    value, day, words = (fields.get(n) for n in ("baseline", "baseline_date", "baseline_comment"))
    if not isinstance(day, str) or (not isinstance(value, str) and measure in _NUMERIC):
        return
    told = number(value, _DECIMALS) if isinstance(value, str) else None
    out.open("baseline", {"year": day[:4], "iso-date": day, "value": told})
    if isinstance(words, str):
        out.told("comment", words)
    out.close("baseline")


def _period(
    out: Lines,
    period: str,
    by_element: Mapping[str, list[tuple[str, Fields, Mapping[str, str]]]],
    measure: str,
    rest: list[tuple[str, str, Fields]],
) -> None:
    """One period; values that IATI cannot show (no number where one is asked for) go to `rest`."""
    shown: list[tuple[str, str, Fields, Mapping[str, str], str | None]] = []
    for element, entity in (("target", "target"), ("actual", "indicator_value")):
        for id, fields, dimensions in by_element.get(element, ()):
            value = _value(fields, measure)
            if value is None and measure in _NUMERIC:
                rest.append((entity, id, fields))
            else:
                shown.append((element, id, fields, dimensions, value))
    if not shown:
        return
    start, _, end = period.partition("/")
    out.open("period")
    out.empty("period-start", {"iso-date": start})
    out.empty("period-end", {"iso-date": end})
    for element, id, fields, dimensions, value in shown:
        entity = "target" if element == "target" else "indicator_value"
        out.open(element, {"value": value})
        for name, one in dimensions.items():
            out.empty("dimension", {"name": name, "value": one})
        words = fields.get("text") or fields.get("reason")
        if isinstance(words, str):
            out.told("comment", words)
        out.record(entity, id, fields, of_element=True)
        out.close(element)
    out.close("period")


def _value(fields: Fields, measure: str) -> str | None:
    for name in ("revised_value", "value"):
        value = fields.get(name)
        if isinstance(value, str):
            return number(value, _DECIMALS)
    yes = fields.get("yes")
    return yes if isinstance(yes, str) and measure == "3" else None
