"""What offices are called: by their code, from the shipped list of member states."""

from __future__ import annotations

import json
from functools import lru_cache

from aps_desktop.paths import resource_path

_SECRETARIAT = ("ASEC", "ASEAN programme secretariat")


@lru_cache(maxsize=1)
def offices() -> tuple[tuple[str, str], ...]:
    """(code, name) of the offices to choose from: the secretariat, then the member states."""
    return (_SECRETARIAT, *((code, f"{name} national secretariat") for code, name in _states()))


def the_office(code: str) -> str:
    """An office within a sentence: "the Lao PDR office"; without a code "another office"."""
    if code == _SECRETARIAT[0]:
        return "the secretariat"
    return f"the {office_name(code)}" if code else "another office"


def office_name(code: str) -> str:
    """An office as the window's title and foot name it: "Lao PDR office"."""
    if code == _SECRETARIAT[0]:
        return "Secretariat"
    return next((f"{name} office" for state, name in _states() if state == code), code)


@lru_cache(maxsize=1)
def _states() -> tuple[tuple[str, str], ...]:
    file = resource_path("reference", "member_states.json")
    items = json.loads(file.read_text(encoding="utf-8"))["items"]
    return tuple((item["iso2"], item["name"]) for item in items)
