"""How figures are worded in charts: counts, shares, amounts in millions, round ticks."""

from __future__ import annotations

from datetime import date

from aps_desktop.domain.money import format_money, minor_digits
from aps_desktop.domain.values import show_date


def source(today: date) -> str:
    """Where a chart's figures come from, and of which day they are."""
    return f"Source: this office's records, {show_date(today)}"


def counted(number: int, one: str, many: str = "") -> str:
    """ "1 project", "1,204 projects"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def percent(part: float, whole: float) -> str:
    """A share as a whole percentage; never 0 % of something nor 100 % of less than all."""
    if whole <= 0:
        return "0%"
    share = 100 * part / whole
    if 0 < share < 1:
        return "under 1%"
    if 99 < share < 100:
        return "99%"
    return f"{share:.0f}%"


def money(minor: int, currency: str = "USD", *, exact: bool = False) -> str:
    """An amount in a chart: "USD 12.3 m", "USD 0.25 m"; `exact` to the cent, as in lists."""
    return format_money(minor, currency) if exact else f"{currency} {amount(minor, currency)}"


def amount(minor: int, currency: str = "USD") -> str:
    """An amount without its currency, in millions or billions where it is that large."""
    value = minor / 10 ** minor_digits(currency)
    size = abs(value)
    if size >= 999_500_000:
        return f"{value / 1e9:,.2f} bn"
    if size >= 10_000_000:
        return f"{value / 1e6:,.1f} m"
    if size >= 99_500:
        return f"{value / 1e6:,.2f} m"
    return f"{value:,.0f}"


def ticks(highest: float) -> list[float]:
    """Round values from 0 up to `highest` or just over it: few, unless that wastes height."""
    if highest <= 0:
        return [0.0]
    few, more = (_round_step(highest / parts) for parts in (4, 5))
    step = few if few * -(-highest // few) <= 1.1 * more * -(-highest // more) else more
    return [step * n for n in range(int(-(-highest // step)) + 1)]


def _round_step(rough: float) -> float:
    """The next of 1, 2, 5, 10, 20, 50 and so on."""
    power = 10.0 ** (len(str(int(rough))) - 1) if rough >= 1 else 1.0
    return next(m * power for m in (1, 2, 5, 10) if m * power >= rough)


def count_ticks(highest: float) -> tuple[tuple[float, str], ...]:
    return tuple((value, f"{value:,.0f}") for value in ticks(highest))


def money_ticks(highest: float) -> tuple[tuple[float, str], ...]:
    """Ticks for amounts in US cents, worded in millions."""
    found = ticks(highest)
    return tuple((value, _round_amount(value / 100, found[-1] / 100)) for value in found)


def _round_amount(dollars: float, highest: float) -> str:
    """A tick's amount, without digits that say nothing: "2.5 m"; in the unit of the highest."""
    for size, least, word in ((1e9, 1e9, " bn"), (1e6, 1e5, " m")):
        if dollars and highest >= least:
            return f"{dollars / size:,.10g}{word}"
    return f"{dollars:,.0f}"


def first_words(text: str, most: int = 60) -> str:
    """The beginning of a long name, cut at a word."""
    if len(text) <= most:
        return text
    return text[: most - 1].rsplit(" ", 1)[0].rstrip(",;: ") + "…"


_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def named_period(when: str) -> str:
    """ "2026" and "2026-03" as people read them: "in 2026" is "2026", "Mar 2026"."""
    return when if len(when) == 4 else f"{_MONTHS[int(when[5:7]) - 1]} {when[:4]}"


def short_period(when: str) -> str:
    """As a label under a column: "2026", "Mar"."""
    return when if len(when) == 4 else _MONTHS[int(when[5:7]) - 1]
