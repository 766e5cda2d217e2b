"""Exact numbers: coefficients and exponents are integers, or fractions where they are not integral."""

from fractions import Fraction
from math import gcd, isfinite, isqrt, lcm, log10
from numbers import Integral, Rational

from tensor_networks.errors import RicciError

Number = int | Fraction

ROOT_DIGITS = 400  # rational roots are looked for in numbers of up to this many bits
SMALL = 2**60  # a number that takes few bits
MOST_BITS, KEPT_BITS = 1024, 256  # a number of more bits than the first is rounded to decimal digits of the second
KEPT_DIGITS = int(KEPT_BITS * log10(2))
INTEGER_BITS, SPREAD_BITS = 24, 6  # the integers that a content leaves have no more bits; see `content`


def exact(number: object) -> Number:
    """A Python or NumPy number as an exact one. A float is read as the shortest decimal that prints it: 0.1 is 1/10.

    Raises:
        RicciError: the number is complex, infinite or not a number.
    """
    if type(number) is int:
        return number
    if type(number) is Fraction:
        fraction = number
    elif isinstance(number, Integral):
        return int(number)
    elif isinstance(number, Rational):
        fraction = Fraction(number)
    else:
        real = float(number)  # type: ignore[arg-type]
        if not isfinite(real):
            raise RicciError(f"{number} cannot be a coefficient: only finite real numbers can")
        fraction = Fraction(repr(real))
    return fraction.numerator if fraction.denominator == 1 else fraction


def bounded(number: Number) -> Number:
    """The number; one that grew beyond measure, in a long recursion, is rounded far below the last digit of a float."""
    if type(number) is int and -SMALL < number < SMALL:
        return number
    above, below = number.numerator.bit_length(), number.denominator.bit_length()
    if above + below <= MOST_BITS:
        return number
    scale = Fraction(10) ** (KEPT_DIGITS - int((above - below) * log10(2)))
    return exact(round(number * scale) / scale)


def power(base: Number, exponent: Number) -> Number | None:
    """base**exponent as an exact number, or None where it is not rational, not real or infinite."""
    if isinstance(exponent, int):
        if exponent == 1 or base == 1:
            return base
        if exponent < 0 and base == 0:
            return None
        return exact(Fraction(base) ** exponent) if abs(exponent) <= ROOT_DIGITS else _large_power(base, exponent)
    if base <= 0:
        return None
    fraction = Fraction(base)
    above, below = _root(fraction.numerator, exponent.denominator), _root(fraction.denominator, exponent.denominator)
    if above is None or below is None:
        return None
    return power(exact(Fraction(above, below)), exponent.numerator)


def _large_power(base: Number, exponent: int) -> Number | None:
    return base if base in (0, 1) else (1 if exponent % 2 == 0 else -1) if base == -1 else None


def _root(number: int, degree: int) -> int | None:
    """The integer root of that degree, if there is one."""
    if number.bit_length() > ROOT_DIGITS:
        return None
    guess = isqrt(number) if degree == 2 else round(number ** (1 / degree))
    return guess if guess**degree == number else None


def content(coefficients: tuple[Number, ...]) -> Number:
    """The greatest rational that divides all coefficients to integers, with the sign of the first.

    Where it would leave integers of more than `INTEGER_BITS`, the size of the smallest coefficient takes its place (of the
    largest, if they differ by more than `SPREAD_BITS`), and where it has more than `KEPT_BITS` bits it is 1 (or -1): values
    keep about the size that they have, so that single precision does not overflow.
    """
    if len(coefficients) == 1:
        return coefficients[0]
    numerator, denominator = 0, 1
    for coefficient in coefficients:
        numerator = gcd(numerator, coefficient.numerator)
        denominator = lcm(denominator, coefficient.denominator)
    sizes = [abs(c.numerator) * (denominator // c.denominator) for c in coefficients]
    if max(sizes) >= numerator << INTEGER_BITS:
        size = min(sizes) if max(sizes) <= min(sizes) << SPREAD_BITS else max(sizes)
        numerator, denominator = size // gcd(size, denominator), denominator // gcd(size, denominator)
    sign = -1 if coefficients[0] < 0 else 1
    if numerator.bit_length() + denominator.bit_length() > KEPT_BITS:
        return sign
    return sign * numerator if denominator == 1 else Fraction(sign * numerator, denominator)


def ratio(number: Number, by: Number) -> Number:
    """number / by, exactly."""
    if isinstance(number, int) and isinstance(by, int) and number % by == 0:
        return number // by
    return exact(Fraction(number, by))
