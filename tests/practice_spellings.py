"""The many ways to write one thing with NumPy: functions as practitioners write them, with the shapes of their arguments."""

from collections.abc import Iterator
from functools import partial, reduce
from itertools import accumulate, chain, combinations, pairwise, product
from math import exp, pi, sqrt
from operator import mul
from typing import Any

import numpy as np
import scipy.linalg
import scipy.special

from tests.practice import case

# reductions


@case("x:3 4", lo=0.2, hi=1.0)
def reductions_of_ufuncs(x: Any) -> Any:
    return (
        np.add.reduce(x).sum() + np.multiply.reduce(x, axis=1).sum() + np.maximum.reduce(x, axis=None) + np.hypot.reduce(x[0])
    )


@case("x:4", "y:3", lo=0.2, hi=1.0)
def outers_of_ufuncs(x: Any, y: Any) -> Any:
    return (
        np.add.outer(x, y).prod() + np.multiply.outer(x, y).sum() + np.subtract.outer(y, x).std() + np.power.outer(x, y).mean()
    )


@case("x:5", lo=0.2, hi=1.0)
def accumulations(x: Any) -> Any:
    return np.add.accumulate(x) + np.multiply.accumulate(x) + np.maximum.accumulate(x) + np.minimum.accumulate(x[::-1])


@case("x:3 4", lo=0.2, hi=1.0)
def accumulations_along(x: Any) -> Any:
    return np.cumsum(x, axis=1) * np.cumprod(x, axis=0) + np.cumsum(x).reshape(3, 4) + x.cumprod().reshape(3, 4)


@case("x:6")
def reduce_at_places(x: Any) -> Any:
    return np.add.reduceat(x, [0, 2, 5]) ** 2


@case("x:5")
def cumulative(x: Any) -> Any:
    return np.cumulative_sum(x, include_initial=True)[1:] * np.cumulative_prod(x)


@case("x:3 4 2")
def var_std(x: Any) -> Any:
    a = np.var(x, axis=(0, 2), ddof=1) + x.std(axis=(0, 2)) + x.var(ddof=1)
    return a + np.var(x, axis=0, keepdims=True).mean() + np.std(x, axis=-1, ddof=1, keepdims=True).sum()


@case("x:3 4")
def ptp_max_min(x: Any) -> Any:
    return np.ptp(x, axis=1) + x.max(axis=1) * np.amin(x, 1) + np.min(x, initial=-0.2) + x.max(axis=0, keepdims=True).sum()


@case("x:3 4", lo=0.2, hi=1.0)
def sums_with_options(x: Any) -> Any:
    keep = np.array([True, False, True, True])
    return np.sum(x, axis=1, where=keep) + np.mean(x, axis=-1, where=keep) + np.sum(x, initial=2.0) + np.prod(x, initial=0.5)


@case("x:4", lo=0.2, hi=1.0)
def nan_reductions(x: Any) -> Any:
    return np.count_nonzero(np.ones(3)) * np.average(x, weights=[1, 2, 3, 4]) + np.mean([x[0], x[1]])


@case("x:3 4")
def norms_all(x: Any) -> Any:
    n = np.linalg.norm
    a = n(x) + n(x, 1) + n(x, np.inf) + n(x, -np.inf) + n(x, -1) + n(x, 2) + n(x, "nuc")
    return a + n(x, axis=0).sum() + n(x, ord=1, axis=1).sum() + n(x, 3, axis=0).sum() + n(x[0], np.inf) + n(x[0], 0.5)


@case("x:3 4")
def norms_new(x: Any) -> Any:
    return np.linalg.vector_norm(x, axis=1) + np.linalg.matrix_norm(x, ord=1) + np.linalg.vector_norm(x, ord=4)


# orders of entries


@case("x:3 4")
def rolls_and_flips(x: Any) -> Any:
    return (
        np.roll(x, 2) + np.roll(x, (1, 2), axis=(0, 1)) + np.flip(x) + np.flip(x, 0) + x[::-1, ::-2].repeat(2, 1) + np.fliplr(x)
    )


@case("x:3 4")
def pads(x: Any) -> Any:
    a = np.pad(x, ((1, 0), (2, 1))) + np.pad(x, ((0, 1), (1, 2)), mode="constant", constant_values=1.5)
    return a[:, :7] + np.pad(x, ((1, 0), (0, 3)), mode="wrap") + np.pad(x, [(1, 0), (0, 3)], "edge")


@case("x:3 4")
def tiles(x: Any) -> Any:
    return (
        np.tile(x, (2, 3)).sum(0)[:4] + np.repeat(x, 2, axis=0)[1] + np.repeat(x, [1, 2, 0], axis=0)[2] + np.tile(x[0], 2)[2:6]
    )


@case("x:5", "E:4 3")
def takes(x: Any, E: Any) -> Any:
    ids = np.array([[0, 2], [3, 3]])
    return np.take(E, ids, axis=0).sum(axis=(0, 1)) + E[ids].mean((0, 1)) + x.take([0, 1, -1]) + np.take(x, ids).sum()


@case("x:5", "E:4 3")
def boolean_constants(x: Any, E: Any) -> Any:
    keep = np.array([True, False, True, True, False])
    return x[keep].sum() * E[np.arange(4) % 2 == 0].mean() + E[:, [True, False, True]].sum() + x[np.flatnonzero(keep)].prod()


@case("x:4 5")
def ellipses(x: Any) -> Any:
    return x[..., 0] + x[..., None][:, 1, 0] + x[np.newaxis, :, 2][0] + x[:, -1] * x[1:2, 0] + x[[0, 1, 2, 3], [0, 1, 2, 4]]


@case("x:4 5")
def slices(x: Any) -> Any:
    s = slice(1, None, 2)
    return x[s, ::2].sum() + x[::-1][0, 1:-1].sum() + x[-2:, -3].prod() + x[1:-1, ...].mean() + x.T[s][0].sum()


@case("x:6")
def splits(x: Any) -> Any:
    a, b, c = np.split(x, 3)
    d, e = np.split(x, [4])
    f, g = np.array_split(x[:5], 2)
    return a * b + c + d[:2] * e + f[:2] ** 2 + g + np.hsplit(x, 2)[1][:2]


@case("A:2 2", "B:2 3", "C:1 2")
def blocks(A: Any, B: Any, C: Any) -> Any:
    M = np.block([[A, B], [C, np.zeros((1, 3))]])
    N = np.vstack((A, C)) + np.concatenate([A, C], axis=0) + np.r_[A, C]
    return M.sum(axis=0)[:2] + np.hstack([A, B])[0, 2:4] + np.c_[A, B][1, :2] + N[2]


@case("x:3", "y:3")
def stacks(x: Any, y: Any) -> Any:
    a = np.stack((x, y)) + np.array([x, y]) + np.vstack([x, y]) + np.column_stack([x, y]).T + np.r_[x, y].reshape(2, 3)
    return a + np.dstack([x, y])[0].T + np.c_[x, y].T + np.concatenate([x[None], y[None]]) + np.asarray([x, y])


@case("x:3", "a:", "b:")
def arrays_of_scalars(x: Any, a: Any, b: Any) -> Any:
    R = np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])
    S = np.array([[1, b], [0, 1]], dtype=float)
    v = np.array([x[0], x.sum()])
    return R @ S @ v + np.hstack([a, b]) + np.concatenate([[a], [b]]) + np.append(x[:1], b)


@case("x:3 3")
def diagonals(x: Any) -> Any:
    a = np.diag(x) + np.diagonal(x) + x.diagonal(0) + np.diag(np.diag(x)).sum(0) + np.einsum("ii->i", x)
    return (
        a + np.trace(x) + np.trace(x, offset=1) + np.diag(x, -1).sum() + np.diagflat(x[0], 1).sum() + np.diag(x[0, :2], k=1)[0]
    )


@case("x:3 4")
def triangles(x: Any) -> Any:
    i, j = np.tril_indices(3, -1)
    return np.tril(x).sum() + np.triu(x, 1).sum() + x[i, j].prod() + x[np.triu_indices(3)].sum() + x[np.diag_indices(3)].sum()


@case("x:2 3 4")
def axes(x: Any) -> Any:
    a = np.moveaxis(x, 0, -1) + np.transpose(x, (1, 2, 0)) + np.rollaxis(x, 0, 3) + x.swapaxes(0, 1).swapaxes(1, 2)
    return (
        a.ravel(order="F").reshape(3, 4, 2, order="F")
        + x.transpose(1, 2, 0)
        + x.transpose((1, 2, 0))
        + np.einsum("abc->bca", x)
    )


@case("x:2 6")
def shapes(x: Any) -> Any:
    a = np.reshape(x, (3, -1)) + x.reshape(-1, 4) + x.reshape((3, 4)) + x.flatten().reshape(3, 4) + x.ravel().reshape([3, 4])
    return (
        a
        + np.expand_dims(x, 0).squeeze().reshape(3, 4)
        + np.atleast_2d(x).reshape(3, 4)
        + np.squeeze(x[:, None, :], 1).reshape(3, 4)
    )


@case("x:3", "y:4")
def broadcasts(x: Any, y: Any) -> Any:
    a = x[:, None] * y + np.broadcast_to(y, (3, 4)) + np.outer(x, y) + np.subtract(x[:, None], y[None, :]) ** 2
    X, Y = np.meshgrid(x, y, indexing="ij")
    u, v = np.broadcast_arrays(x[:, None], y)
    return a + X * Y + u / (1 + v**2) + np.full((3, 4), x[0]) + np.full_like(y, x[1]) + np.ones_like(Y) * y[0]


@case("x:5")
def differences(x: Any) -> Any:
    return (
        np.diff(x, n=2)
        + np.diff(x)[1:]
        + np.diff(x, prepend=0)[:3]
        + np.ediff1d(x)[:3]
        + np.gradient(x)[:3]
        + np.gradient(x, 0.5, edge_order=2)[:3]
    )


@case("x:3 5")
def integrals(x: Any) -> Any:
    t = np.linspace(0, 1, 5) ** 2
    return np.trapezoid(x, t, axis=1) + np.trapezoid(x, dx=0.1) + np.sum(0.5 * (x[:, 1:] + x[:, :-1]) * np.diff(t), axis=1)


@case("x:3", "c:3")
def polynomials(x: Any, c: Any) -> Any:
    a = np.polyval(c, x) + np.vander(x, 3) @ c + np.polynomial.polynomial.polyval(x, c) + np.vander(x, increasing=True) @ c
    return a + np.polyval([1, -2, 3], x) + np.polymul(c, x)[:3] + np.polyadd(c, x) + reduce(lambda s, k: s * x + k, c)


# products


@case("x:3", "y:3", "A:3 3", "T:2 3 3")
def products_of_all_kinds(x: Any, y: Any, A: Any, T: Any) -> Any:
    a = np.inner(x, y) + np.vdot(A, A) + np.vecdot(x, y) + x.dot(y) + np.dot(x, A).dot(y) + np.linalg.multi_dot([x, A, A, y])
    b = np.matvec(A, x) + np.vecmat(x, A) + np.cross(x, y) + np.kron(x, y)[:3] + np.tensordot(A, x, 1) + np.linalg.vecdot(A, y)
    return a + b + np.tensordot(T, A, axes=([1, 2], [0, 1])).sum() + (T @ x).sum() + np.inner(T, x)[0] + T.dot(x)[1]


@case("x:3", "A:3 4", "B:4 2")
def einsums(x: Any, A: Any, B: Any) -> Any:
    a = np.einsum("i,ij,jk->k", x, A, B, optimize=True) + np.einsum("ij,jk", A, B)[0] + np.einsum(A, [0, 1], B, [1, 2], [2])
    return (
        a + np.einsum("i...,i", A, x).sum() + np.einsum("...j,jk->...k", A, B)[1] + np.einsum("i->", x) + np.einsum("i,i", x, x)
    )


@case("x:3", "A:3 3")
def chains_of_products(x: Any, A: Any) -> Any:
    return (
        reduce(np.dot, [A, A, A]) @ x
        + reduce(np.matmul, [A] * 2, np.eye(3)) @ x
        + np.linalg.matrix_power(A, 3) @ x
        + A.T @ A @ x
    )


@case("x:2 3", "y:4 3")
def pairwise_distances(x: Any, y: Any) -> Any:
    d = np.linalg.norm(x[:, None, :] - y[None, :, :], axis=-1)
    e = np.sqrt(np.einsum("ijk,ijk->ij", x[:, None] - y, x[:, None] - y))
    return d + e + np.abs(x[:, None] - y).sum(-1) + np.max(np.abs(np.expand_dims(x, 1) - y), axis=2)


# functions


@case("x:3", lo=0.2, hi=0.9)
def ufuncs_of_one(x: Any) -> Any:
    a = np.exp(x) + np.exp2(x) + np.expm1(x) + np.log(x) + np.log2(x) + np.log10(x) + np.log1p(x) + np.sqrt(x) + np.cbrt(x)
    b = np.sin(x) + np.tan(x) + np.arcsin(x) + np.arccos(x) + np.arctan(x) + np.sinh(x) + np.arcsinh(x) + np.arctanh(x)
    return a + b + np.arccosh(1 + x) + np.square(x) + np.reciprocal(x) + np.negative(x) + np.positive(x) + np.absolute(x)


@case("x:3", "y:3", lo=0.2, hi=0.9)
def ufuncs_of_two(x: Any, y: Any) -> Any:
    a = np.logaddexp(x, y) + np.logaddexp2(x, y) + np.arctan2(x, y) + np.hypot(x, y) + np.power(x, y) + np.float_power(x, 1.5)
    return (
        a + np.maximum(x, y) + np.fmin(x, y) + np.heaviside(x, 0.5) + np.true_divide(x, y) + x**y + 2**x + x**-2 + np.pow(x, y)
    )


@case("x:3", lo=-2.0, hi=2.0)
def kinks(x: Any) -> Any:
    a = np.abs(x) + np.sign(x) * x + np.clip(x, -1, 1) + np.maximum(0, x) + np.where(x > 0.5, x, 0.1 * x) + x * (x > 0)
    return (
        a
        + x.clip(min=0)
        + np.clip(x, None, 0.3)
        + np.piecewise(x, [x < 0, x >= 0], [lambda t: -t, lambda t: t**2])
        + np.heaviside(x, 0) * x
    )


@case("x:3", lo=0.2, hi=0.8)
def names_of_new_numpy(x: Any) -> Any:
    return np.acos(x) + np.asinh(x) + np.atan2(x, 2) + np.concat([x, x])[2:5] + np.permute_dims(x) + np.atan(x) + np.atanh(x)


@case("x:3", lo=0.2, hi=0.8)
def special_functions(x: Any) -> Any:
    s = scipy.special
    a = s.erf(x) + s.erfc(x) + s.gammaln(x) + s.digamma(x) + s.polygamma(1, x) + s.gamma(x) + s.logit(x) + s.expit(x)
    b = s.xlogy(x, x) + s.xlog1py(x, x) + s.betaln(x, 2) + s.beta(x, 3) + s.erfinv(x) + s.ndtr(x) + s.ndtri(x) + s.log_ndtr(x)
    return a + b + s.exp10(x) + s.cbrt(x) + s.expm1(x) + s.log1p(x) + s.rel_entr(x, 0.5) + s.kl_div(x, 0.5) + s.boxcox(x, 0.3)


@case("x:3", lo=0.2, hi=0.8)
def more_special_functions(x: Any) -> Any:
    s = scipy.special
    a = s.softplus(x) + s.log_expit(x) + s.erfcx(x) + s.sinc(x) + s.cosm1(x) + s.radian(x, 2, 3) + s.rgamma(x)
    return (
        a
        + s.log_softmax(x)
        + s.softmax(x)
        + s.logsumexp(x)
        + s.poch(x, 2)
        + s.boxcox1p(x, 0.5)
        + s.inv_boxcox(x, 0.5)
        + s.eval_legendre(3, x)
    )


@case("x:3", lo=-0.4, hi=0.4)
def sinc_at_zero(x: Any) -> Any:
    return np.sinc(x) + np.sinc(np.zeros(3) * x)


# Python


@case("x:4")
def loops(x: Any) -> Any:
    total = 0
    for i, xi in enumerate(x):
        total += (i + 1) * xi**2
    for a, b in zip(x, x[::-1], strict=True):
        total -= a * b
    for a, b in pairwise(x):
        total += np.exp(a - b)
    return total + sum(x) + sum(a * b for a, b in combinations(x, 2)) + sum([2 * xi for xi in x[::2]])


@case("x:4")
def comprehensions(x: Any) -> Any:
    terms = {i: np.sin(x[i]) for i in range(len(x))}
    grid = np.array([[terms[i] * terms[j] for i in range(4)] for j in range(4)])
    return grid.sum() + max(1, 2) * reduce(mul, x) + sum(terms.values()) + np.sum([np.sum(x**k) for k in range(3)])


@case("x:4", "k:")
def numbers_of_python(x: Any, k: Any) -> Any:
    return (
        sqrt(2) * x * pi + exp(1) * k + float(3) * x + abs(k) + pow(x, 2) + round(2.6) * x + divmod(7, 2)[0] * x + (-x) + (+k)
    )


@case("x:4 3", "w:3")
def generators(x: Any, w: Any) -> Any:
    def rows(m: Any) -> Iterator[Any]:
        yield from m

    return (
        sum(np.tanh(row @ w) for row in rows(x)) + sum(a[0] * b[1] for a, b in product(x, repeat=2)) + list(accumulate(w))[-1]
    )


@case("x:4")
def starred(x: Any) -> Any:
    first, *rest, last = x
    head, tail = x[0], x[1:]
    return first * last + sum(rest) + head * np.prod(tail) + np.maximum(*x[:2]) + np.hypot(*x[2:]) + len([*x])


@case("x:3", "A:3 3")
def closures_and_defaults(x: Any, A: Any, n_iter: int = 3, *, eps: float = 1e-3, f: Any = np.tanh) -> Any:
    step = 0.1

    def one(v: Any, lr: float = step) -> Any:
        return v - lr * (A @ v + eps * f(v))

    g = partial(one, lr=0.2)
    for _ in range(n_iter):
        x = g(one(x))
    return np.sum(x**2)


@case("x:3")
def composed(x: Any) -> Any:
    compose = lambda *fs: reduce(lambda f, g: lambda v: g(f(v)), fs)  # noqa: E731
    return compose(np.sin, np.exp, lambda v: v.sum(), np.log)(x) + [np.cos, np.tanh][1](x)[0] + {"a": np.exp}["a"](x).mean()


@case("x:4", "y:4")
def rebinding(x: Any, y: Any) -> Any:
    z = x + 1
    z += y
    z *= 2
    z -= 1
    z /= 3
    z **= 2
    x = x @ y
    return z + x


@case("x:3 4")
def attributes(x: Any) -> Any:
    n, d = x.shape
    assert x.ndim == 2
    assert x.size == 12
    assert len(x) == n
    assert x.dtype == float
    assert np.shape(x) == (3, 4)
    assert np.ndim(x) == 2
    return (
        x.sum() / x.size + x.mean(axis=0).T.sum() / d + np.size(x) * x[n - 1, d - 1] + x.real.sum() + x.copy().min() + x.max()
    )


@case("x:3 4")
def conversions(x: Any) -> Any:
    a = x.astype(float) + np.float64(2) * x + np.copy(x)
    return a + x * np.float32(0.5) + np.int64(3) * x + np.array(2) * x + True * x + np.real(x) + np.conj(x) + x.conj()


@case("x:4")
def list_building(x: Any) -> Any:
    out = []
    for i in range(4):
        out.append(x[i] ** 2 if i % 2 else np.exp(x[i]))
    out.extend([x[0] * x[1], 1.0])
    out.insert(0, 0)
    return np.array(out) + np.asarray(out)[::-1] + np.stack([*chain(out[1:], [x[3]])])


@case("x:3 3")
def apply_along(x: Any) -> Any:
    rows = np.array([f(row) for f, row in zip([np.sum, np.prod, np.max], x, strict=True)])
    return (
        rows + np.apply_along_axis(np.sum, 0, x) + np.apply_along_axis(lambda r: r @ r, 1, x) + np.array(list(map(np.sum, x)))
    )


@case("x:4")
def vectorised(x: Any) -> Any:
    f = np.vectorize(lambda t: t**2 + 1)
    return f(x).sum() + sum(map(lambda t: np.sin(t), x))  # noqa: C417


@case("x:5", "y:5", lo=0.1, hi=0.9)
def masks_of_values(x: Any, y: Any) -> Any:
    up = np.where((x > 0.3) & ~(y > 0.5), x, y)
    return up + np.where(x < y, x, y) * (x != y) + np.select([x < 0.3, x < 0.6], [x, 2 * x], 3 * x) + np.where(x > y, 1, -1) * x


@case("A:3 3", "b:3", lo=0.0, hi=0.5)
def solvers(A: Any, b: Any) -> Any:
    M = A + 2 * np.eye(3)
    la, sl = np.linalg, scipy.linalg
    a = la.solve(M, b) + la.inv(M) @ b + sl.solve(M, b) + la.lstsq(M, b, rcond=None)[0] + la.pinv(M) @ b + sl.inv(M) @ b
    lu = sl.lu_factor(M)
    return a + sl.lu_solve(lu, b) + la.tensorsolve(M, b) + la.tensorinv(M, ind=1) @ b + sl.solve_triangular(M, b, lower=True)


@case("A:3 3", lo=0.0, hi=0.5)
def functions_of_matrices(A: Any) -> Any:
    M = A @ A.T + 2 * np.eye(3)
    la, sl = np.linalg, scipy.linalg
    L, R = la.cholesky(M), sl.cholesky(M)
    q, r = la.qr(M)
    a = L @ R + sl.expm(A) + sl.logm(M) + sl.sqrtm(M) + sl.sinm(A) + sl.cosm(A) + sl.fractional_matrix_power(M, 0.5)
    return (
        a
        + la.det(M)
        + la.slogdet(M)[1]
        + la.cond(M)
        + q @ r
        + np.log(la.eigvalsh(M)).sum()
        + sl.norm(M)
        + sl.det(M)
        + sl.pinv(M)
    )


@case("A:3 3", "q:3", lo=0.0, hi=0.5)
def structured_matrices(A: Any, q: Any) -> Any:
    sl = scipy.linalg
    a = (
        sl.toeplitz(q) @ q
        + sl.circulant(q) @ q
        + sl.hankel(q) @ q
        + sl.block_diag(A, q[:, None])[2, :3]
        + sl.khatri_rao(A, A)[0]
    )
    return a + sl.companion(np.array([1.0, *q]))[0] + sl.solve_toeplitz(q + np.array([2, 0, 0]), q) + sl.toeplitz(q, A[0])[1]


@case("u:4 4")
def stencils(u: Any) -> Any:
    inner = u[1:-1, 1:-1]
    lap = u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4 * inner
    padded = np.pad(u, 1, mode="edge")
    return np.sum(lap**2) + np.sum((padded[2:, 1:-1] - padded[:-2, 1:-1]) ** 2) + np.sum(np.pad(inner, 1, "reflect") ** 2)


@case("x:8")
def windows(x: Any) -> Any:
    idx = np.arange(6)[:, None] + np.arange(3)
    frames = x[idx]
    return (
        frames.max(axis=1).sum()
        + np.lib.stride_tricks.sliding_window_view(x, 3).mean(-1).prod()
        + np.convolve(x, np.ones(3) / 3, "valid").var()
    )


@case("x:3", "s:", lo=0.5, hi=1.5)
def distributions(x: Any, s: Any) -> Any:
    norm = -0.5 * np.log(2 * np.pi * s**2) - (x - 0.3) ** 2 / (2 * s**2)
    t = scipy.special.gammaln((s + 1) / 2) - scipy.special.gammaln(s / 2) - (s + 1) / 2 * np.log1p(x**2 / s)
    laplace = -np.abs(x - 0.1) / s - np.log(2 * s)
    pareto = np.log(s) - (s + 1) * np.log(1 + x)
    return norm + t + laplace + pareto + np.log(np.exp(norm).sum()) + scipy.special.logsumexp(norm, b=[0.2, 0.3, 0.5])
