"""Member states as people write them in lists: names, codes, and the usual groups of them."""

from __future__ import annotations

import re
import unicodedata

from aps_desktop.domain.errors import InvalidValue

_NAMES: dict[str, tuple[str, ...]] = {
    "BN": ("Brunei Darussalam", "BRN", "Brunei", "BD"),
    "KH": ("Cambodia", "KHM", "Kingdom of Cambodia", "CAM", "CAMB"),
    "ID": ("Indonesia", "IDN", "Republic of Indonesia", "INA", "INDO"),
    "LA": ("Lao PDR", "LAO", "Laos", "Lao", "Lao People's Democratic Republic", "LPDR"),
    "MY": ("Malaysia", "MYS", "MAL", "MAS"),
    "MM": ("Myanmar", "MMR", "Republic of the Union of Myanmar", "MYA", "Burma"),
    "PH": ("Philippines", "PHL", "The Philippines", "Republic of the Philippines", "PHI"),
    "SG": ("Singapore", "SGP", "Republic of Singapore", "SIN"),
    "TH": ("Thailand", "THA", "Kingdom of Thailand"),
    "TL": ("Timor-Leste", "TLS", "Democratic Republic of Timor-Leste", "East Timor", "Timor"),
    "VN": ("Viet Nam", "VNM", "Vietnam", "Socialist Republic of Viet Nam", "VIE"),
}
"""Two-letter code -> the ASEAN name first, then what else workbooks say."""

ALL: frozenset[str] = frozenset(_NAMES)
GROUPS: dict[str, frozenset[str]] = {
    "CLMV": frozenset({"KH", "LA", "MM", "VN"}),
    "CLMV + TL": frozenset({"KH", "LA", "MM", "VN", "TL"}),
    "ASEAN-6": frozenset({"BN", "ID", "MY", "PH", "SG", "TH"}),
}
_ALL_WORDS = (
    "All", "All AMS", "All ASEAN", "All member states", "All ASEAN member states", "AMS",
    "All countries", "All states", "ASEAN member states", "ASEAN",
)  # fmt: skip
_GROUP_WORDS = {
    "CLMV": ("CLMV countries",),
    "CLMV + TL": ("CLMVT", "CLMV+T"),
    "ASEAN-6": ("ASEAN6",),
}
_EXCEPT = re.compile(
    r"\b(?:except(?: for)?|excluding|excl|without|other than|minus)\b\.?", re.IGNORECASE
)
_SEPARATORS = re.compile(r"[,;/|&+\n•·]|\band\b", re.IGNORECASE)


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFD", text.casefold())
    kept = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w]+", " ", kept).split())


_MEANING: dict[str, frozenset[str]] = {
    **{_fold(w): frozenset({code}) for code, words in _NAMES.items() for w in (code, *words)},
    **{_fold(name): codes for name, codes in GROUPS.items()},
    **{_fold(w): GROUPS[name] for name, words in _GROUP_WORDS.items() for w in words},
    **{_fold(word): ALL for word in _ALL_WORDS},
}
_PHRASES = sorted((p for p in _MEANING if " " in p), key=len, reverse=True)


def state_name(code: str) -> str:
    """The ASEAN name of a member state by its two-letter code; the code itself if unknown."""
    return _NAMES[code][0] if code in _NAMES else code


def is_state(text: str) -> bool:
    """Whether a text is the name or code of one member state."""
    return len(_MEANING.get(_fold(text), ())) == 1


def parse_states(text: str) -> frozenset[str]:
    """The two-letter codes of the member states that a text lists.

    Understands names, codes, "All AMS", "CLMV + TL" and "all except Singapore". InvalidValue names
    the first word that is no member state.
    """
    wanted, *left_out = _EXCEPT.split(text.strip().rstrip("."))
    codes = _listed(wanted)
    for part in left_out:
        codes -= _listed(part)
    if not codes:
        raise _unknown(text)
    return codes


def _listed(text: str) -> frozenset[str]:
    found: frozenset[str] = frozenset()
    for piece in _pieces(re.sub(r"[()\[\]:]", ",", text)):
        found |= _meant(piece)
    return found


def _pieces(text: str) -> list[str]:
    whole = _fold(text)
    if whole in _MEANING:
        return [whole]
    return [folded for piece in _SEPARATORS.split(text) if (folded := _fold(piece))]


def _meant(piece: str) -> frozenset[str]:
    """One piece between separators; where there are none, the names that follow each other."""
    found: frozenset[str] = frozenset()
    rest = piece
    while rest:
        name = next(
            (p for p in (*_PHRASES, rest.split(" ", 1)[0]) if f"{rest} ".startswith(f"{p} ")), ""
        )
        if name not in _MEANING:
            raise _unknown(piece)
        found |= _MEANING[name]
        rest = rest[len(name) :].strip()
    return found


def _unknown(words: str) -> InvalidValue:
    return InvalidValue(
        f"“{words.strip()[:80]}” is not a member state.",
        "Write names or two-letter codes, separated by commas, or All AMS.",
    )
