"""NumPy: special functions, entry by entry, without SciPy.

Like those of `tensor_networks.backends.numpy`, the definitions are run, and copied into standalone source, as they
stand.
"""

# mypy: disable-error-code="no-any-return,no-untyped-def"

import math

import numpy as np


def each(function, x: np.ndarray) -> np.ndarray:
    """A function of Python floats, applied to every element."""
    return np.vectorize(function, otypes=[float])(x).astype(np.asarray(x).dtype)[()]


def erf(x: np.ndarray) -> np.ndarray:
    """The error function."""
    return each(math.erf, x)


def erfc(x: np.ndarray) -> np.ndarray:
    """1 - erf(x)."""
    return each(math.erfc, x)


def inverse_erf(x: float) -> float:
    """The number whose error function is x: Winitzki's approximation, then Newton steps on the smaller of both tails."""
    if math.isnan(x) or abs(x) >= 1:
        return math.copysign(math.inf, x) if abs(x) == 1 else math.nan
    if x == 0:
        return x
    tail, log = 1 - abs(x), math.log1p(-x * x)
    middle = 2 / (math.pi * 0.147) + log / 2
    y = math.sqrt(math.sqrt(middle * middle - log / 0.147) - middle)
    for _ in range(4):
        off = math.erfc(y) - tail if tail < 0.5 else abs(x) - math.erf(y)
        step = off * math.exp(y * y) * math.sqrt(math.pi) / 2
        y += step / (1 - y * step)
    return math.copysign(y, x)


def erfinv(x: np.ndarray) -> np.ndarray:
    """The inverse of erf."""
    return each(inverse_erf, x)


def inverse_mills(x: float) -> float:
    """The normal density over its distribution function: far below 0 by a continued fraction (DLMF 7.9.1)."""
    if x > -5:
        return math.exp(-x * x / 2) * math.sqrt(2 / math.pi) / math.erfc(-x / math.sqrt(2))
    return mills_gap(x) - x


def mills_gap(x: float) -> float:
    """mills(x) + x at a number."""
    if x > -5:
        return inverse_mills(x) + x
    value = -x
    for k in range(60, 1, -1):
        value = k / value - x
    return 1 / value


def log_normal(x: float) -> float:
    """The logarithm of the normal distribution function."""
    if x > 5:
        return math.log1p(-math.erfc(x / math.sqrt(2)) / 2)
    if x > -5:
        return math.log(math.erfc(-x / math.sqrt(2)) / 2)
    return -x * x / 2 - math.log(2 * math.pi) / 2 - math.log(inverse_mills(x))


def ndtr(x: np.ndarray) -> np.ndarray:
    """The normal distribution function."""
    return erfc(-x / math.sqrt(2)) / 2


def mills(x: np.ndarray) -> np.ndarray:
    """The normal density over its distribution function."""
    return each(inverse_mills, x)


def millsgap(x: np.ndarray) -> np.ndarray:
    """mills(x) + x, without cancellation."""
    return each(mills_gap, x)


def logndtr(x: np.ndarray) -> np.ndarray:
    """The logarithm of the normal distribution function, without underflow."""
    return each(log_normal, x)


def whole_gamma(x: float) -> float:
    """Gamma(x) of a number; infinite where it is too large, NaN at the poles."""
    try:
        return math.gamma(x)
    except OverflowError:
        return math.inf
    except ValueError:
        return math.nan


def gamma(x: np.ndarray) -> np.ndarray:
    """Gamma(x)."""
    return each(whole_gamma, x)


def log_gamma(x: float) -> float:
    """log|Gamma(x)| of a number; infinite at the poles."""
    return math.inf if x == math.floor(x) and x <= 0 else math.lgamma(x)


def gammaln(x: np.ndarray) -> np.ndarray:
    """log|Gamma(x)|."""
    return each(log_gamma, x)


def polygamma(m: int, x: float) -> float:
    """The m-th derivative of digamma at a number: upward recurrence, then the asymptotic series (DLMF 5.5, 5.11,
    5.15).
    """
    if (x <= 0 and x == math.floor(x)) or math.isnan(x) or x == -math.inf:
        return math.nan
    if x < 0 and m == 0:
        return polygamma(0, 1 - x) - math.pi / math.tan(math.pi * x)
    sign, total = (-1) ** (m + 1), 0.0
    if x > 1e9:  # the first term of the series is all that counts
        return math.log(x) if m == 0 else sign * math.factorial(m - 1) * (1 / x) ** m
    if 0 < x < 1e-60:
        return sign * math.factorial(m) / x ** (m + 1) if x ** (m + 1) else sign * math.inf
    while x < 20:
        total += sign * math.factorial(m) / x ** (m + 1)
        x += 1
    if x == math.inf:
        return math.inf if m == 0 else 0.0
    bernoulli = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510)
    if m == 0:
        return total + math.log(x) - 1 / (2 * x) - sum(b / (2 * k * x ** (2 * k)) for k, b in enumerate(bernoulli, 1))
    series = math.factorial(m - 1) / x**m + math.factorial(m) / (2 * x ** (m + 1))
    for k, b in enumerate(bernoulli, 1):
        series += b * math.factorial(2 * k + m - 1) / math.factorial(2 * k) / x ** (2 * k + m)
    return total + sign * series


def digamma(x: np.ndarray) -> np.ndarray:
    """The derivative of gammaln."""
    return each(lambda v: polygamma(0, v), x)


def trigamma(x: np.ndarray) -> np.ndarray:
    """The derivative of digamma."""
    return each(lambda v: polygamma(1, v), x)


def tetragamma(x: np.ndarray) -> np.ndarray:
    """The derivative of trigamma."""
    return each(lambda v: polygamma(2, v), x)


def pentagamma(x: np.ndarray) -> np.ndarray:
    """The derivative of tetragamma."""
    return each(lambda v: polygamma(3, v), x)


def hexagamma(x: np.ndarray) -> np.ndarray:
    """The derivative of pentagamma."""
    return each(lambda v: polygamma(4, v), x)


def heptagamma(x: np.ndarray) -> np.ndarray:
    """The derivative of hexagamma."""
    return each(lambda v: polygamma(5, v), x)


def of_cardinal(order: int, x: np.ndarray) -> np.ndarray:
    """A derivative of sin(x)/x: near 0 the series, elsewhere x y_k + k y_(k-1) = sin(x + k pi/2)."""
    near = np.where(np.abs(x) < 2, x, 0 * x)
    power = near ** (order % 2)
    series, sign, degree = 0 * x, (-1) ** ((order + 1) // 2), order % 2
    for _ in range(14):
        series = series + sign * power / (degree + order + 1)
        power = power * near * near / ((degree + 1) * (degree + 2))
        sign, degree = -sign, degree + 2
    far = np.where(np.abs(x) < 2, 2 + 0 * x, x)
    value = np.sin(far) / far
    for k in range(1, order + 1):
        value = (np.sin(far + k * np.pi / 2) - k * value) / far
    return np.where(np.abs(x) < 2, series, value)


def cardinal(x: np.ndarray) -> np.ndarray:
    """sin(x)/x, and 1 at 0."""
    return of_cardinal(0, x)


def cardinalslope(x: np.ndarray) -> np.ndarray:
    """The derivative of cardinal."""
    return of_cardinal(1, x)


def cardinalcurve(x: np.ndarray) -> np.ndarray:
    """The second derivative of cardinal."""
    return of_cardinal(2, x)


def cardinalthird(x: np.ndarray) -> np.ndarray:
    """The third derivative of cardinal."""
    return of_cardinal(3, x)


def cardinalfourth(x: np.ndarray) -> np.ndarray:
    """The fourth derivative of cardinal."""
    return of_cardinal(4, x)
