"""Money: integer minor units with their currency; totals refuse to mix currencies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from aps_desktop.domain.errors import InvalidValue, UserError

_ISO_4217 = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN "
    "BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL "
    "GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF "
    "KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN "
    "MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD "
    "SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH "
    "UGX USD UYU UZS VES VND VUV WST XAF XCD XDR XOF XPF YER ZAR ZMW ZWG"
)
CURRENCIES = frozenset(_ISO_4217.split())
"""Currency codes of ISO 4217 in use, and XDR."""

_NO_MINOR = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split())
_THREE = frozenset("BHD IQD JOD KWD LYD OMR TND".split())
_SHOWN_WHOLE = frozenset({"IDR", "LAK", "MMK"})

_LIMIT = 10**18


def minor_digits(currency: str) -> int:
    """Decimals of the currency's minor unit (ISO 4217)."""
    if currency in _NO_MINOR:
        return 0
    return 3 if currency in _THREE else 2


def display_digits(currency: str) -> int:
    """Decimals people use when they write the currency; whole kip, kyat and rupiah."""
    return 0 if currency in _SHOWN_WHOLE else minor_digits(currency)


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount in minor units (cents) of one currency."""

    minor: int
    currency: str

    @classmethod
    def of(cls, amount: Decimal | int | str, currency: str) -> Money:
        """From an amount in whole units, rounded once, half to even, to the minor unit."""
        code = currency.strip().upper()
        if code not in CURRENCIES:
            raise InvalidValue(f"“{currency}” is not a currency code.", "Use a code such as USD.")
        try:
            scaled = Decimal(amount).scaleb(minor_digits(code))
            minor = int(scaled.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
        except (ArithmeticError, ValueError) as error:
            raise InvalidValue(f"“{amount}” is not an amount.", "Type a number.") from error
        if abs(minor) >= _LIMIT:
            raise InvalidValue(f"“{amount}” is too large an amount.", "Check the digits.")
        return cls(minor, code)

    @property
    def amount(self) -> Decimal:
        """The amount in whole units."""
        return Decimal(self.minor).scaleb(-minor_digits(self.currency))

    def __str__(self) -> str:
        return format_money(self.minor, self.currency)

    def __add__(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise UserError(
                f"{self.currency} and {other.currency} cannot be added.",
                "Enter an exchange rate first.",
            )
        return Money(self.minor + other.minor, self.currency)


def format_money(minor: int, currency: str) -> str:
    """As people read it: "USD 250,000.00"; a fraction that is there is never hidden."""
    digits = minor_digits(currency)
    shown = display_digits(currency)
    if shown < digits and minor % 10 ** (digits - shown) == 0:
        minor, digits = minor // 10 ** (digits - shown), shown
    sign = "-" if minor < 0 else ""
    whole, rest = divmod(abs(minor), 10**digits)
    fraction = f".{rest:0{digits}d}" if digits else ""
    return f"{currency} {sign}{whole:,}{fraction}"


def total(amounts: Iterable[Money]) -> Money | None:
    """The sum of amounts in one currency, None of nothing; UserError when currencies are mixed."""
    result: Money | None = None
    for amount in amounts:
        result = amount if result is None else result + amount
    return result
