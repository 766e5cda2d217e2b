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
