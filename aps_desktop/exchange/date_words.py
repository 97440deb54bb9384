"""Words and marks around dates: months in the region's languages, and days from one to another."""

from __future__ import annotations

import re
from collections.abc import Iterator

_MONTH_WORDS = (
    "jan janvier january januari janeiro enero ม.ค. มกราคม មករា ມັງກອນ ဇန်နဝါရီ",
    "feb février february februari fevereiro pebrero febrero ก.พ. กุมภาพันธ์ កុម្ភៈ កុម្ភះ ກຸມພາ ဖေဖော်ဝါရီ",
    "mar mars march maret mac março marco marso มี.ค. มีนาคม មីនា ມີນາ မတ်",
    "apr avril april abril เม.ย. เมษายน មេសា ເມສາ ဧပြီ",
    "may mai mei maio mayo พ.ค. พฤษภาคม ឧសភា ພຶດສະພາ မေ",
    "jun juin june juni junho hunyo มิ.ย. มิถุนายน មិថុនា ມິຖຸນາ ဇွန်",
    "jul juillet july juli julai julho hulyo ก.ค. กรกฎาคม កក្កដា ກໍລະກົດ ဇူလိုင်",
    "aug août august agustus agt ogos agosto ส.ค. สิงหาคม សីហា ສິງຫາ ဩဂုတ် သြဂုတ်",
    "sep septembre sept september setembro setyembre ก.ย. กันยายน កញ្ញា ກັນຍາ စက်တင်ဘာ",
    "oct octobre okt october oktober outubro oktubre ต.ค. ตุลาคม តុលា ຕຸລາ အောက်တိုဘာ",
    "nov novembre november novembro nobyembre พ.ย. พฤศจิกายน វិច្ឆិកា ພະຈິກ နိုဝင်ဘာ",
    "dec décembre des december desember disember dis dezembro disyembre ธ.ค. ธันวาคม ធ្នូ ທັນວາ ဒီဇင်ဘာ",
)
_MONTHS = {word: i + 1 for i, line in enumerate(_MONTH_WORDS) for word in line.split()}
_ROMAN = {
    word: i + 1 for i, word in enumerate("I II III IV V VI VII VIII IX X XI XII".split())
}  # fmt: skip
_VOWELS = "\u0300-\u036f\u0e31-\u0e4e\u0eb1-\u0ecd\u102b-\u103e\u17b6-\u17d3"
MONTH_NAME = rf"(?P<mon>[^\W\d_](?:[^\W\d_]|[.{_VOWELS}])*)"
"""Letters, and the vowel signs of Thai, Lao, Burmese and Khmer."""

_ROMAN_DATE = re.compile(r"(?P<d>\d{1,2})[-/. ]+(?P<mon>[IVX]{1,4})[-/. ]+(?P<y>\d{4})")
_COMPACT = re.compile(r"(?P<y>(?:19|20)\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>[0-2]\d|3[01])")
_VIETNAMESE = re.compile(
    r"(?:ngày )?(?P<d>\d{1,2}) tháng (?P<m>\d{1,2}),?(?: năm)? (?P<y>\d{4})", re.I
)
_AROUND = re.compile(r"(?:ថ្ងៃទី|ខែ|ឆ្នាំ|ວັນທີ|ເດືອນ|ປີ|วันที่|เดือน)\s*")
_TO = r"\s*(?:[-–—&]|\bto\b|\band\b|\buntil\b|\btill\b|\bs/d\b|\bhingga\b|\bđến\b|ถึง)\s*"
_DAYS = re.compile(
    rf"(?P<a>\d{{1,2}})(?:st|nd|rd|th)?{_TO}(?P<b>\d{{1,2}}(?:st|nd|rd|th)?(?P<rest>\D.*))", re.I
)
_MONTH_DAYS = re.compile(
    rf"(?P<mon>[^\W\d_]+\.?) (?P<a>\d{{1,2}})(?:st|nd|rd|th)?{_TO}"
    r"(?P<b>\d{1,2})(?:st|nd|rd|th)?(?P<rest>,? \d{4})",
    re.I,
)
_DIVIDER = re.compile(_TO, re.I)
_YEAR = re.compile(r"\b\d{4}$|^\d{4}\b")


def month_number(word: str) -> int:
    """1 to 12; 0 if the word is no month."""
    word = word.casefold()
    return _MONTHS.get(word, 0) or _MONTHS.get(word.rstrip("."), 0)


def without_labels(text: str) -> str:
    """A date without the words for day, month and year that some languages put before each."""
    return text if text.isascii() else _AROUND.sub("", text)


def certain_day(text: str) -> tuple[int, int, int] | None:
    """Year, month and day of spellings that leave no doubt about their order."""
    for pattern in (_COMPACT, _VIETNAMESE):
        if m := pattern.fullmatch(text):
            return int(m["y"]), int(m["m"]), int(m["d"])
    if (m := _ROMAN_DATE.fullmatch(text)) and m["mon"] in _ROMAN:
        return int(m["y"]), _ROMAN[m["mon"]], int(m["d"])
    return None


def both_ends(text: str) -> Iterator[tuple[str, str]]:
    """The two days of "19-22 January 2026" or "28 Feb - 2 Mar 2026", each written out: the ways
    in which the text may be divided."""
    if m := _MONTH_DAYS.fullmatch(text):
        yield f"{m['a']} {m['mon']}{m['rest']}", f"{m['b']} {m['mon']}{m['rest']}"
    m = _DAYS.fullmatch(text)
    if m and re.search(r"[^\W\d_]", m["rest"]):
        yield f"{m['a']}{m['rest']}", m["b"]
    for m in _DIVIDER.finditer(text):
        first, last = text[: m.start()], text[m.end() :]
        year = _YEAR.search(last)
        if first and last:
            yield (first, last) if _YEAR.search(first) or not year else (
                f"{first} {year[0]}", last
            )  # fmt: skip


def is_thai(word: str) -> bool:
    """Whether a month's name is Thai: years of two digits beside it are of the Buddhist era."""
    return any("\u0e00" <= c <= "\u0e7f" for c in word)
