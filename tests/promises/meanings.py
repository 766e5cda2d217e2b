"""What the operations of trees mean: functions of complex arrays in NumPy, and tables of operations in terms of functions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
from scipy import linalg, special

KINK, WILD = 1e-5, 1e4


class Unsuitable(Exception):
    """The point lies at a kink, or numbers grow too large for a comparison."""


@dataclass
class Numbers:
    """Functions of complex arrays: analytic continuations of the real ones to either side of their kinks."""

    def sigmoid(self, x: Any) -> Any:
        return 1 / (1 + np.exp(-x))

    def softplus(self, x: Any) -> Any:
        return np.log(1 + np.exp(x))

    def abs(self, x: Any) -> Any:
        return x * self._side(x)

    def relu(self, x: Any) -> Any:
        return x * (self._side(x) > 0)

    def maximum(self, x: Any, y: Any) -> Any:
        return np.where(self._side(x - y) > 0, x, y)

    def _side(self, x: Any) -> Any:
        """The sign of every entry; 0 for those that are 0 and stay so."""
        real = np.real(x)
        if np.any((np.abs(real) < KINK) & (np.asarray(x) != 0)):
            raise Unsuitable
        return np.sign(real)

    def minimum(self, x: Any, y: Any) -> Any:
        return -self.maximum(-x, -y)

    def logaddexp(self, x: Any, y: Any) -> Any:
        return np.log(np.exp(x) + np.exp(y))

    def hypot(self, x: Any, y: Any) -> Any:
        square = x * x + y * y
        if np.min(np.real(square), initial=1) < KINK:
            raise Unsuitable
        return np.sqrt(square)

    def silu(self, x: Any) -> Any:
        return x * self.sigmoid(x)

    def cholesky(self, x: Any) -> Any:
        """Row by row; `np.linalg.cholesky` conjugates."""
        lower = np.zeros_like(x)
        for i in range(len(x)):
            for j in range(i + 1):
                rest = x[i, j] - lower[i, :j] @ lower[j, :j]
                lower[i, j] = np.sqrt(rest) if i == j else rest / lower[j, j]
        return lower

    def norm2(self, x: Any) -> Any:
        square = np.sum(x * x)
        if np.real(square) < KINK**2 and (np.any(x) or np.iscomplexobj(x)):
            raise Unsuitable
        return np.sqrt(square)

    def softmax(self, x: Any) -> Any:
        if not np.size(x):
            raise Unsuitable  # sum(softmax(x)) is 1, but of nothing
        return np.exp(x) / np.sum(np.exp(x))

    def logsumexp(self, x: Any) -> Any:
        return np.log(np.sum(np.exp(x)))

    def logdet(self, x: Any) -> Any:
        return np.log(np.linalg.det(x))

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)


@dataclass
class Table(Numbers):
    """Numbers, with the functions of the table that NumPy has not, and without values outside of a domain."""

    def sign(self, x: Any) -> Any:
        return self._side(x) + 0 * x

    def step(self, x: Any) -> Any:
        return (self._side(x) + 1) / 2 + 0 * x

    def elu(self, x: Any) -> Any:
        return np.where(self._side(x) > 0, x, np.exp(x) - 1)

    def raised(self, x: Any, exponent: float) -> Any:
        """x to a power: none of negative numbers, if it is fractional, and none of 0, if it is negative."""
        low = np.min(np.real(x) if exponent % 1 else np.abs(x), initial=1)
        if low < KINK and (exponent % 1 or exponent < 0):
            raise Unsuitable
        return x**exponent

    def _within(self, x: Any, low: float, high: float = np.inf) -> Any:
        if np.any(np.real(x) < low + KINK) or np.any(np.real(x) > high - KINK):
            raise Unsuitable
        return x

    def sqrt(self, x: Any) -> Any:
        return np.sqrt(self._within(x, 0))

    def log(self, x: Any) -> Any:
        return np.log(self._within(x, 0))

    def log1p(self, x: Any) -> Any:
        return np.log(1 + self._within(x, -1))

    def arcsin(self, x: Any) -> Any:
        return np.arcsin(self._within(x, -1, 1))

    def arccos(self, x: Any) -> Any:
        return np.arccos(self._within(x, -1, 1))

    def arctanh(self, x: Any) -> Any:
        return np.arctanh(self._within(x, -1, 1))

    def arccosh(self, x: Any) -> Any:
        return np.arccosh(self._within(x, 1))

    def tan(self, x: Any) -> Any:
        return np.tan(self._within(x, -1.5, 1.5))

    def erf(self, x: Any) -> Any:
        return special.erf(x)

    def erfc(self, x: Any) -> Any:
        return special.erfc(x)

    def ndtr(self, x: Any) -> Any:
        return special.erfc(-x / np.sqrt(2)) / 2

    def logndtr(self, x: Any) -> Any:
        return np.log(self.ndtr(x))

    def mills(self, x: Any) -> Any:
        return np.exp(-x * x / 2) / np.sqrt(2 * np.pi) / self.ndtr(x)

    def millsgap(self, x: Any) -> Any:
        return self.mills(x) + x

    def gamma(self, x: Any) -> Any:
        return special.gamma(self._within(x, 0))

    def gammaln(self, x: Any) -> Any:
        return special.loggamma(self._within(x, 0))

    def digamma(self, x: Any) -> Any:
        return special.psi(self._within(x, 0))

    def cardinal(self, x: Any) -> Any:
        if np.any((np.abs(x) < KINK) & (np.asarray(x) != 0)):
            raise Unsuitable
        return np.where(x == 0, 1, np.sin(x) / np.where(x == 0, 1, x))

    def softmax(self, x: Any) -> Any:
        if not np.size(x):
            raise Unsuitable
        return np.exp(x) / np.sum(np.exp(x), axis=-1, keepdims=True)

    def logsumexp(self, x: Any) -> Any:
        return np.log(np.sum(np.exp(x), axis=-1))

    def unit(self, x: Any) -> Any:
        norm = self.norm2(x)
        return x / norm if norm else 0 * x

    def logdet(self, x: Any) -> Any:
        det = np.linalg.det(self._regular(x))
        return np.log(-det if np.real(det) < 0 else det)

    def _regular(self, x: Any) -> Any:
        if np.size(x) and np.linalg.cond(np.real(x)) > 1e4:
            raise Unsuitable
        return x

    def inv(self, x: Any) -> Any:
        return np.linalg.inv(self._regular(x))

    def det(self, x: Any) -> Any:
        return np.linalg.det(x)

    def adj(self, x: Any) -> Any:
        return np.linalg.det(x) * self.inv(x)

    def pinv(self, x: Any) -> Any:
        tall = x if x.shape[0] >= x.shape[1] else x.T
        made = np.linalg.inv(tall.T @ self._regular(tall)) @ tall.T
        return made if x is tall else made.T

    def cholesky(self, x: Any) -> Any:
        """That of the symmetric part."""
        part = (x + x.T) / 2
        if np.min(np.linalg.eigvalsh(np.real(part)), initial=1) < 0.05:
            raise Unsuitable
        return super().cholesky(part)

    def _real(self, x: Any) -> Any:
        if np.iscomplexobj(x) or not np.size(x):
            raise Unsuitable
        return x

    def expmalong(self, x: Any, t: Any) -> Any:
        return np.imag(linalg.expm(self._real(x) + 1e-30j * self._real(t))) / 1e-30

    def sylvester(self, x: Any, w: Any, v: Any) -> Any:
        apart = np.linalg.eigvals(self._real(x))[:, None] + np.linalg.eigvals(self._real(w))
        if np.min(np.abs(apart)) < 0.1:
            raise Unsuitable
        return linalg.solve_sylvester(x, w, self._real(v))

    def eigvalsh(self, x: Any) -> Any:
        return np.linalg.eigvalsh(self._real(x + x.T) / 2)

    def eigvecsh(self, x: Any) -> Any:
        """Whose signs nothing may depend on."""
        if np.min(np.diff(self.eigvalsh(x)), initial=1) < 1e-3:
            raise Unsuitable
        return np.linalg.eigh((x + x.T) / 2)[1]

    def svdleft(self, x: Any) -> Any:
        return np.linalg.svd(self._real(x))[0]

    def svdvals(self, x: Any) -> Any:
        return np.linalg.svd(self._real(x))[1]

    def svdright(self, x: Any) -> Any:
        return np.linalg.svd(self._regular(self._real(x)))[2]

    def qfactor(self, x: Any) -> Any:
        return np.linalg.qr(self._regular(self._real(x)))[0]

    def expm(self, x: Any) -> Any:
        return linalg.expm(x)

    def sqrtm(self, x: Any) -> Any:
        return linalg.sqrtm(self._principal(x))

    def logm(self, x: Any) -> Any:
        return linalg.logm(self._principal(x))

    def _principal(self, x: Any) -> Any:
        if np.iscomplexobj(x) or not np.size(x) or np.min(np.real(np.linalg.eigvals(x))) < 0.1:
            raise Unsuitable
        return x


NUMBERS, TABLE = Numbers(), Table()
ELEMENTWISE = (
    *("tanh", "exp", "sin", "cos", "sinh", "cosh", "expm1", "exp2", "arctan", "arcsinh"),
    *("sigmoid", "softplus", "silu", "relu", "abs"),
)
PAIRS = ("maximum", "minimum", "logaddexp", "hypot")
Meaning = Callable[..., Any]


def function_of(xp: Any, name: str) -> Callable[..., Any]:
    linear = name in ("inv", "det") or (name == "cholesky" and not isinstance(xp, Numbers))
    found: Callable[..., Any] = getattr(xp.linalg if linear else xp, name)
    return found


def apply_named(xp: Any, name: str, x: Any) -> Any:
    return function_of(xp, name)(x)


def meanings(xp: Any) -> dict[str, Meaning]:
    """What each operation does, in terms of a namespace of functions; a tree comes first, its parts' values follow."""
    return {
        "number": lambda tree: tree.data,
        "add": lambda tree, p, q: p + q,
        "sub": lambda tree, p, q: p - q,
        "mul": lambda tree, p, q: p * q,
        "div": lambda tree, p, q: p / (2 + q * q),
        "scale": lambda tree, p, q: p * q,
        "times": lambda tree, p: tree.data * p,
        "power": lambda tree, p: p**tree.data,
        "root": lambda tree, p: (1 + p * p) ** 0.5,
        "log": lambda tree, p: xp.log(1 + p * p),
        "call": lambda tree, p: apply_named(xp, tree.data, p),
        "pair": lambda tree, p, q: function_of(xp, tree.data)(p, q),
        "sum": lambda tree, p: xp.sum(p),
        "rowsum": lambda tree, p: xp.sum(p, axis=1),
        "dot": lambda tree, p, q: p @ q,
        "matmul": lambda tree, p, q: p @ q,
        "outer": lambda tree, p, q: xp.outer(p, q),
        "transpose": lambda tree, p: p.T,
        "trace": lambda tree, p: xp.trace(p),
        "diag": lambda tree, p: xp.diag(p),
        "diagonal": lambda tree, p: xp.diag(p),
        "gram": lambda tree, p: p.T @ p + xp.diag(2 + 0 * xp.sum(p, axis=0)),
        "shift": lambda tree, p: p + xp.diag(6 + 0 * xp.sum(p, axis=0)),
        "whole": lambda tree, p: apply_named(xp, tree.data, p),
        "einsum": lambda tree, *parts: xp.einsum(tree.data, *parts),
    }


PATTERNS: dict[str, Meaning] = {  # what matrix notation says besides; a part that is only measured says a shape
    "over": lambda tree, p, q: p * TABLE.raised(q, -1),
    "raised": lambda tree, p: TABLE.raised(p, tree.data),
    "entry": lambda tree, *parts: getattr(TABLE, tree.data)(*parts),
    "vec": lambda tree, p: p.T.reshape(-1),
    "ones": lambda tree, *parts: np.ones([len(part) for part in parts]),
    "eye": lambda tree, p: np.eye(len(p)),
    "length": lambda tree, p: len(p),
    "rows": lambda tree, p: np.sum(p, axis=1),
    "columns": lambda tree, p: np.sum(p, axis=0),
    "scaledrows": lambda tree, p, q: p[:, None] * q,
    "kron": lambda tree, p, q: np.kron(p, q),
}
DENSE = meanings(NUMBERS) | PATTERNS


def traced_namespace(xp: Any = np) -> Any:
    """NumPy, or what has its names, with the few functions that NumPy has not, as a user would write them."""
    own = SimpleNamespace(
        sigmoid=lambda x: 1 / (1 + xp.exp(-x)),
        softplus=lambda x: xp.log(1 + xp.exp(x)),
        relu=lambda x: xp.maximum(x, 0),
        silu=lambda x: x / (1 + xp.exp(-x)),
        norm2=lambda x: xp.sqrt(xp.sum(x * x)),
        softmax=lambda x: xp.exp(x) / xp.sum(xp.exp(x)),
        logsumexp=lambda x: xp.log(xp.sum(xp.exp(x))),
        logdet=lambda x: xp.log(xp.linalg.det(x)),
    )
    own.__dict__.update({name: getattr(xp, name) for name in dir(xp) if not name.startswith("_") and not hasattr(own, name)})
    return own
