"""Numbers and amounts of money as desk officers write them."""

from __future__ import annotations

import re
from decimal import Decimal

from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.money import CURRENCIES, Money, display_digits, minor_digits
from aps_desktop.exchange.cells import Cell, ascii_digits, cell_text

NUMBER_HINT = "Write a number such as 1,250.5."
MONEY_HINT = "Write a currency and an amount, such as USD 1,250.00."

_SYMBOLS = {
    "US$": "USD", "$US": "USD", "USDOLLAR": "USD", "DOLLARS": "USD",
    "S$": "SGD", "SG$": "SGD", "A$": "AUD", "AU$": "AUD", "NZ$": "NZD", "C$": "CAD", "CA$": "CAD",
    "HK$": "HKD", "B$": "BND", "RM": "MYR", "RP": "IDR", "RUPIAH": "IDR", "₫": "VND", "Đ": "VND",
    "VNĐ": "VND", "DONG": "VND", "฿": "THB", "BAHT": "THB", "บาท": "THB", "₱": "PHP", "P": "PHP",
    "PESO": "PHP", "PESOS": "PHP", "₭": "LAK", "KIP": "LAK", "៛": "KHR", "RIEL": "KHR",
    "RIELS": "KHR", "K": "MMK", "KS": "MMK", "KYAT": "MMK", "KYATS": "MMK", "€": "EUR",
    "EURO": "EUR", "EUROS": "EUR", "£": "GBP", "UK£": "GBP", "¥": "JPY", "JP¥": "JPY", "円": "JPY",
    "YEN": "JPY", "CN¥": "CNY", "RMB": "CNY", "元": "CNY", "₩": "KRW", "WON": "KRW", "₹": "INR",
    "RS": "INR", "SFR": "CHF",
}  # fmt: skip
_DOUBTFUL = {"¥": "JPY", "P": "PHP", "K": "MMK", "RS": "INR"}
_SHORT_SCALES = {"k": 3, "m": 6, "mn": 6, "mln": 6, "mio": 6, "mil": 6, "b": 9, "bn": 9, "bln": 9}
_SCALES = {
    "thousand": 3, "thousands": 3, "ribu": 3, "million": 6, "millions": 6, "juta": 6, "jt": 6,
    "triệu": 6, "ล้าน": 6, "billion": 9, "billions": 9, "miliar": 9, "tỷ": 9, "trillion": 12,
    "rb": 3, "nghìn": 3, "พัน": 3, "lakh": 5, "crore": 7,
}  # fmt: skip
_SIGNS = str.maketrans({"−": "-", "–": "-", "—": "-", "＋": "+", "－": "-", "．": ".", "，": ","})
_SPACES = re.compile(r"[\s\u00a0\u202f\u2009]+")
_NUMBER = re.compile(r"\d[\d.,'’ ]*(?:[eE][+-]?\d{1,3})?|[.,]\d+")
_NO_VALUE = frozenset(
    {"", "-", "--", "---", ".", "..", "n/a", "na", "n.a.", "n.a", "#n/a", "nil", "none", "null",
     "not applicable", "not available", "no data", "tidak ada", "blank", "(blank)"}
)  # fmt: skip
_PENDING = re.compile(
    r"(tbc|tbd|tba|t\.b\.[cda]\.?|to be (confirmed|determined|announced|decided|advised)"
    r"|not yet.*|pending.*|unknown|\?+|x{2,}|awaiting.*|soon|later|belum.*)",
    re.I,
)


def is_no_value(text: str) -> bool:
    """Words that say that there is no value: "n/a", a dash."""
    bare = text.strip().translate(_SIGNS).casefold()
    if bare in _NO_VALUE:
        return True
    before = bare.removesuffix("-").strip()  # the dash that a format of accountants shows for zero
    return bare.endswith("-") and (before == "$" or bool(currency_code(before)))


def is_pending(text: str) -> bool:
    """Words that promise a value and do not give it: "TBC"."""
    return _PENDING.fullmatch(text.strip()) is not None


def currency_code(text: str) -> str:
    """The ISO code that a symbol, a name or a code means; "" for none."""
    code = _SPACES.sub("", text).rstrip(".").upper()
    return code if code in CURRENCIES else _SYMBOLS.get(code, "")


def read_number(cell: Cell, *, decimal_comma: bool = False) -> tuple[Decimal, str]:
    """The number, and a note when it had to be interpreted."""
    if isinstance(cell, bool):
        raise InvalidValue(f"“{cell_text(cell)}” is not a number.", NUMBER_HINT)
    if isinstance(cell, (int, float)):
        return _exact(cell), ""
    text = _tidy(cell_text(cell))
    before, number, after, sign = _dissect(text, cell)
    if before:
        raise InvalidValue(f"“{text}” is not a number.", NUMBER_HINT)
    power = _SCALES.get(after.casefold(), 0)
    if after == "%":
        raise InvalidValue(f"“{text}” is a percentage; a number is needed.", NUMBER_HINT)
    if after and not power:
        raise InvalidValue(f"“{text}” is not a number.", NUMBER_HINT)
    value, note = _separated(number, decimal_comma, text)
    return (value * sign).scaleb(power), note


def read_percent(cell: Cell, *, decimal_comma: bool = False) -> tuple[Decimal, str]:
    """A percentage: "72%", "72 per cent" and 72 are all 72."""
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        note = f"{cell:g} read as {cell:g} %" if 0 < abs(cell) < 1 else ""
        return _exact(cell), note
    text = re.sub(r"\s*(%|percent|per cent|persen)$", "", _tidy(cell_text(cell)), flags=re.I)
    return read_number(text, decimal_comma=decimal_comma)


def read_money(
    cell: Cell, *, currency: str = "", decimal_comma: bool = False, default: str = ""
) -> tuple[Money, str]:
    """The amount. `currency` is what a column or number format says; `default` the sheet's."""
    notes = []
    written = number = ""
    sign, power = 1, 0
    amount = Decimal(0)
    text = _tidy(cell_text(cell))
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        amount = _exact(cell)
    else:
        before, number, after, sign = _dissect(text, cell)
        written, power = _currency_and_scale(before, after, text)
    code = _agree(written, currency, default, cell)
    if number:
        whole = display_digits(code) == 0 and not power
        value, note = _separated(number, decimal_comma, text, whole=whole)
        amount = (value * sign).scaleb(power)
        notes = [note] if note else []
    if written.upper() in _DOUBTFUL and not currency:
        notes.append(f"“{written}” taken as {code}")
    money = Money.of(amount, code)
    if money.amount != amount:
        digits = minor_digits(code)
        notes.append(f"rounded to {digits} decimals" if digits else f"rounded to whole {code}")
    return money, "; ".join(notes)


def _agree(written: str, column: str, default: str, cell: Cell) -> str:
    given = ""
    if column:
        given = currency_code(column)
        if not given and not (column.strip() == "$" and default):
            raise InvalidValue(
                f"“{column.strip()}” is not a currency.",
                "Use a code such as USD.",
                field="currency",
            )
    dollars = written == "$"
    own = "" if dollars else currency_code(written)
    if written and not dollars and not own:
        raise InvalidValue(f"“{written}” is not a currency.", MONEY_HINT)
    if own and given and own != given and written.upper() not in _DOUBTFUL:
        raise InvalidValue(
            f"“{cell_text(cell)}” is in {own}, but its currency column says {given}.",
            "Make the two agree.",
        )
    code = given or own or currency_code(default) or ("USD" if dollars else "")
    if not code:
        raise InvalidValue(f"“{cell_text(cell)}” has no currency.", MONEY_HINT)
    return code


def _currency_and_scale(before: str, after: str, text: str) -> tuple[str, int]:
    power = 0
    rest = after
    for word in re.split(r"(?<=[^\W\d])\.? (?=\S)|(?<=[a-z])(?=[A-Z])", after):
        key = word.casefold().rstrip(".")
        found = _SCALES.get(key) or _SHORT_SCALES.get(key)
        if found and not power:
            power = found
            rest = rest.replace(word, "", 1)
    rest = rest.strip(" .,-/")
    before = before.strip(" :,-")
    if before and rest and currency_code(before) != currency_code(rest):
        raise InvalidValue(f"“{text}” is not an amount of money.", MONEY_HINT)
    return before.rstrip(".") or rest, power


def _exact(number: float) -> Decimal:
    """Excel keeps 15 digits; what lies behind them is the noise of binary fractions."""
    if isinstance(number, int):
        return Decimal(number)
    value = Decimal(f"{number:.15g}")
    if not value.is_finite():
        raise InvalidValue("This is not a number.", NUMBER_HINT)
    return value


def _tidy(text: str) -> str:
    """Without what spreadsheets put before a number that is to stay text."""
    return _SPACES.sub(" ", ascii_digits(text).translate(_SIGNS)).strip().removeprefix("'")


def _dissect(text: str, cell: Cell) -> tuple[str, str, str, int]:
    """What stands before the number, the number, what stands after it, and its sign."""
    sign = 1
    body = text
    if m := re.fullmatch(r"(.*?)\((.*)\)(.*)", body):
        sign, body = -1, f"{m[1]} {m[2]} {m[3]}".strip()
    if body.endswith((".-", ",-", ".–", ",–", ".—", ",—")):  # "120,000.-": no cents
        body = body[:-2]
    elif body.endswith("-"):
        sign, body = -sign, body[:-1].strip()
    m = _NUMBER.search(body)
    if not m:
        raise InvalidValue(f"“{cell_text(cell)}” is not a number.", NUMBER_HINT)
    before, after = body[: m.start()].strip(), body[m.end() :].strip()
    if before.endswith(("-", "+")):
        sign = -sign if before.endswith("-") else sign
        before = before[:-1].strip()
    elif before.startswith(("-", "+")):
        sign = -sign if before.startswith("-") else sign
        before = before[1:].strip()
    if re.search(r"\d", before + after):
        raise InvalidValue(f"“{cell_text(cell)}” is not one number.", NUMBER_HINT)
    return before, m[0].strip(), after, sign


def _separated(
    number: str, decimal_comma: bool, text: str, *, whole: bool = False
) -> tuple[Decimal, str]:
    """Resolves the separators of "1.234,56".

    `whole` is for money without fractions: in "Rp 1.500" the point parts thousands.
    """
    mantissa, _, exponent = number.replace("E", "e").partition("e")
    digits = mantissa.replace(" ", "").replace("'", "").replace("’", "").rstrip(".,")
    if " " in mantissa.strip() and not re.fullmatch(
        r"\d{1,3}( \d{3})*([.,]\d+)?", mantissa.strip()
    ):
        raise InvalidValue(f"“{text}” is not one number.", NUMBER_HINT)
    if whole and re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", digits):
        digits = re.sub(r"[.,]", "", digits)
    point, note = _decimal_point(digits, decimal_comma, text)
    group = {".": ",", ",": "."}.get(point, "")
    front, _, fraction = digits.partition(point) if point else (digits, "", "")
    grouping = re.sub(r"\d", "", front)
    if (grouping and not _grouped(front)) or (group == "" and len(set(grouping)) > 1):
        raise InvalidValue(f"“{text}” is not a number: its separators do not fit.", NUMBER_HINT)
    plain = re.sub(r"[.,]", "", front) or "0"
    if len(plain) > 30 or len(fraction) > 30 or abs(int(exponent or 0)) > 30:
        raise InvalidValue(f"“{text[:40]}” is too large.", "Check the digits.")
    return Decimal(f"{plain}.{fraction or '0'}e{exponent or 0}").normalize() + 0, note


def _decimal_point(digits: str, decimal_comma: bool, text: str) -> tuple[str, str]:
    """Which of "." and "," is the decimal mark here ("" for none); a note when it is a guess."""
    commas, points = digits.count(","), digits.count(".")
    if commas and points:
        last = "," if digits.rfind(",") > digits.rfind(".") else "."
        return (last, "") if digits.count(last) == 1 else ("", "")
    if commas + points != 1:
        return "", ""
    mark = "," if commas else "."
    whole, _, fraction = digits.partition(mark)
    if len(fraction) != 3 or len(whole) > 3 or whole in ("", "0"):
        unusual = mark == "," and not decimal_comma
        return mark, f"“{text}” read with a decimal comma" if unusual else ""
    usual = "," if decimal_comma else "."
    if mark == usual:
        return (
            mark,
            f"“{text}” read as {whole}.{fraction} (decimal {'comma' if commas else 'point'})",
        )
    return "", "" if mark == "," else f"“{text}” read as {whole}{fraction} (thousands)"


def _grouped(whole: str) -> bool:
    return (
        re.fullmatch(r"\d{1,3}([.,])\d{3}(\1\d{3})*", whole) is not None
        or re.fullmatch(r"\d{1,2}(,\d{2})+,\d{3}", whole) is not None
    )
