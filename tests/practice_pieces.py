"""Pieces of programs: functions of NumPy as practitioners write them, each with the shapes of its arguments.

The sizes b, h, k, m, n, t and d are symbols, with the numbers of `SIZES`.
"""

# ruff: noqa: E731, RUF059

from typing import Any

import numpy as np
import scipy.linalg as sl
import scipy.special as sp
from scipy.special import erf, expit, gammaln

from tests.practice import COUNTS, IDX, Y01, case


@case("x:n", lo=0.1)
def gini(x: Any) -> Any:
    return np.sum(np.abs(x[:, None] - x[None, :])) / (2 * len(x) * np.sum(x))


@case("h:3", "Wh:3 3", "Wx:3 2", "xs:4 2")
def rnn(h: Any, Wh: Any, Wx: Any, xs: Any) -> Any:
    for x in xs:
        h = np.tanh(Wh @ h + Wx @ x)
    return h.sum()


@case("h:2", "c:2", "W:8 4", "x:2")
def lstm(h: Any, c: Any, W: Any, x: Any) -> Any:
    for _ in range(2):
        g = W @ np.concatenate([h, x])
        i, f, o, u = np.split(g, 4)
        c = expit(f) * c + expit(i) * np.tanh(u)
        h = expit(o) * np.tanh(c)
    return h


@case("h:3", "Wz:3 6", "Wr:3 6", "W:3 6", "x:3")
def gru(h: Any, Wz: Any, Wr: Any, W: Any, x: Any) -> Any:
    hx = np.concatenate((h, x))
    z = 1 / (1 + np.exp(-Wz @ hx))
    r = 1 / (1 + np.exp(-Wr @ hx))
    n = np.tanh(W @ np.concatenate((r * h, x)))
    return np.sum((1 - z) * h + z * n)


@case("x:b n", "W:n n", "v:n")
def gelu_tanh(x: Any, W: Any, v: Any) -> Any:
    z = x @ W
    return np.sum(0.5 * z * (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3))) @ v)


@case("x:b n")
def gelu_erf(x: Any) -> Any:
    return np.sum(0.5 * x * (1 + erf(x / np.sqrt(2))))


@case("x:b n")
def swish(x: Any) -> Any:
    return np.sum(x / (1 + np.exp(-x)))


@case("x:b n")
def leaky(x: Any) -> Any:
    return np.sum(np.where(x > 0, x, 0.01 * x) ** 3)


@case("x:b n")
def selu(x: Any) -> Any:
    return np.sum(1.05 * np.where(x > 0, x, 1.67 * (np.exp(x) - 1)))


@case("x:b n")
def softplus_stable(x: Any) -> Any:
    return np.sum(np.log1p(np.exp(-np.abs(x))) + np.maximum(x, 0))


@case("x:b n")
def softplus_lae(x: Any) -> Any:
    return np.sum(np.logaddexp(0, x))


@case("x:n", "y:n")
def smoothl1(x: Any, y: Any) -> Any:
    d = np.abs(x - y)
    return np.where(d < 1.0, 0.5 * d * d, d - 0.5).sum()


@case("x:n", "y:n")
def pseudo_huber(x: Any, y: Any) -> Any:
    return np.sum(np.sqrt(1 + (x - y) ** 2) - 1)


@case("x:n", "y:n")
def cauchy(x: Any, y: Any) -> Any:
    return np.sum(np.log(1 + ((x - y) / 0.5) ** 2))


@case("x:n", "y:n")
def tukey(x: Any, y: Any) -> Any:
    r = (x - y) / 4.685
    return np.sum(np.where(np.abs(r) < 1, 1 - (1 - r**2) ** 3, 1.0))


@case("x:5 5")
def tv(x: Any) -> Any:
    return np.sum(np.sqrt(np.diff(x, axis=0)[:, :-1] ** 2 + np.diff(x, axis=1)[:-1, :] ** 2 + 1e-6))


@case("u:6")
def laplace1d(u: Any) -> Any:
    return np.sum((u[2:] - 2 * u[1:-1] + u[:-2]) ** 2)


@case("u:5 5")
def heat2d(u: Any) -> Any:
    for _ in range(2):
        u = u + 0.1 * (np.roll(u, 1, 0) + np.roll(u, -1, 0) + np.roll(u, 1, axis=1) + np.roll(u, -1, axis=1) - 4 * u)
    return np.sum(u**2)


@case("x:4 2")
def lj(x: Any) -> Any:
    e = 0
    for i in range(4):
        for j in range(i):
            r2 = np.sum((x[i] - x[j]) ** 2)
            e = e + 1 / r2**6 * 1e-3 - 1 / r2**3 * 1e-3
    return e


@case("x:4 2")
def coulomb(x: Any) -> Any:
    i, j = np.triu_indices(4, 1)
    return np.sum(1 / np.sqrt(np.sum((x[i] - x[j]) ** 2, axis=-1)))


@case("q:3", "p:3")
def leapfrog(q: Any, p: Any) -> Any:
    for _ in range(3):
        p = p - 0.05 * q**3
        q = q + 0.1 * p
        p = p - 0.05 * q**3
    return 0.5 * np.sum(p**2) + 0.25 * np.sum(q**4)


@case("th:2")
def robot(th: Any) -> Any:
    x = np.cos(th[0]) + np.cos(th[0] + th[1])
    y = np.sin(th[0]) + np.sin(th[0] + th[1])
    return (x - 0.5) ** 2 + (y - 0.7) ** 2


@case("w:3", "v:3")
def rodrigues(w: Any, v: Any) -> Any:
    th = np.linalg.norm(w)
    k = w / th
    return v * np.cos(th) + np.cross(k, v) * np.sin(th) + k * np.dot(k, v) * (1 - np.cos(th))


@case("q:4", "v:3")
def quat_rot(q: Any, v: Any) -> Any:
    q = q / np.linalg.norm(q)
    w, x, y, z = q
    R = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
    return R @ v


@case("w:3")
def so3exp(w: Any) -> Any:
    K = np.array([[0, -w[2], w[1]], [w[2], 0, -w[0]], [-w[1], w[0], 0]])
    return sl.expm(K)


@case("P:5 3", "K:3 3")
def project(P: Any, K: Any) -> Any:
    p = P @ K.T
    return p[:, :2] / (p[:, 2:] + 5)


@case("x:4", "a:3", lo=0.1)
def horner(x: Any, a: Any) -> Any:
    r = 0
    for c in a:
        r = r * x + c
    return np.sum(r)


@case("a:4", "x:5")
def polyval_(a: Any, x: Any) -> Any:
    return np.sum(np.polyval(a, x) ** 2)


@case("x:5")
def vander_(x: Any) -> Any:
    return np.sum(np.vander(x, 3) @ np.array([1.0, 2.0, 3.0]))


@case("y:5")
def trapz_(y: Any) -> Any:
    return np.trapezoid(y**2, dx=0.5)


@case("y:5")
def fourier(y: Any) -> Any:
    n = np.arange(5)
    W = np.cos(2 * np.pi * n[:, None] * n / 5)
    return np.sum((W @ y) ** 2)


@case("A:n n", "B:n n")
def commutator(A: Any, B: Any) -> Any:
    return np.linalg.norm(A @ B - B @ A, "fro") ** 2


@case("A:n n")
def quadform_trace(A: Any) -> Any:
    return np.trace(A.T @ A) / np.trace(A) ** 2


@case("X:3 3")
def logdet_chol(X: Any) -> Any:
    return 2 * np.sum(np.log(np.diag(np.linalg.cholesky(X @ X.T + np.eye(3)))))


@case("X:3 3")
def eigmax(X: Any) -> Any:
    return np.linalg.eigvalsh(X + X.T)[-1]


@case("X:3 3")
def eigsum(X: Any) -> Any:
    w, v = np.linalg.eigh(X @ X.T)
    return np.sum(np.log(w)) + np.sum((v * w) @ v.T)


@case("X:3 4")
def svd_shrink(X: Any) -> Any:
    U, s, Vt = np.linalg.svd(X, full_matrices=False)
    return np.sum((U * np.maximum(s - 0.1, 0)) @ Vt)


@case("X:3 3")
def qr_(X: Any) -> Any:
    Q, R = np.linalg.qr(X)
    return np.sum(np.log(np.abs(np.diag(R))))


@case("A:2 2", "B:3 3")
def kron_(A: Any, B: Any) -> Any:
    return np.linalg.det(np.kron(A, B) + np.eye(6))


@case("X:3 3")
def condlike(X: Any) -> Any:
    return np.linalg.norm(X) * np.linalg.norm(np.linalg.inv(X))


@case("x:3", "y:3")
def outer_ops(x: Any, y: Any) -> Any:
    return np.sum(np.outer(x, y) ** 2) + np.inner(x, y) + np.vdot(x, y) + np.dot(x, y) + np.tensordot(x, y, 1)


@case("x:2 3 4", "A:4 3")
def tensordots(x: Any, A: Any) -> Any:
    return np.tensordot(x, A, axes=([1, 2], [1, 0]))


@case("x:2 3 4")
def moves(x: Any) -> Any:
    return (
        np.sum(np.moveaxis(x, 0, -1).reshape(12, 2) @ np.ones(2))
        + np.sum(np.squeeze(x[:1]) ** 2)
        + np.sum(np.expand_dims(x, 1) ** 2)
    )


@case("x:3 4")
def minmax_norm(x: Any) -> Any:
    return np.sum(((x - x.min()) / (x.max() - x.min())) ** 2)


@case("x:3 4")
def keep(x: Any) -> Any:
    return np.sum((x - np.amax(x, axis=1)[:, np.newaxis]) ** 2) + np.ptp(x)


@case("a:", "b:", "c:", lo=0.5)
def scalar_fn(a: Any, b: Any, c: Any) -> Any:
    return (-b + np.sqrt(b**2 + 4 * a * c)) / (2 * a)


@case("S0:", "K:", "T:", "r:", "sig:", lo=0.3, hi=1.2)
def black_scholes(S0: Any, K: Any, T: Any, r: Any, sig: Any) -> Any:
    d1 = (np.log(S0 / K) + (r + sig**2 / 2) * T) / (sig * np.sqrt(T))
    d2 = d1 - sig * np.sqrt(T)
    return S0 * sp.ndtr(d1) - K * np.exp(-r * T) * sp.ndtr(d2)


@case("x:n", "y:n")
def haversine(x: Any, y: Any) -> Any:
    return np.sum(np.arcsin(np.sqrt(np.sin((x - y) / 2) ** 2) * 0.9))


@case("x:n", lo=0.1)
def trig(x: Any) -> Any:
    return np.sum(
        np.arctan2(np.sin(x), np.cos(x) * 2) + np.hypot(x, 2) + np.arcsinh(x) + np.arctan(x) + np.tan(x / 2) + np.arccos(x / 3)
    )


@case("x:n", lo=0.2)
def powers(x: Any) -> Any:
    return np.sum(
        x**2.5
        + 2**x
        + x**x
        + np.power(x, -1.5)
        + np.sqrt(x)
        + np.cbrt(x)
        + np.square(x)
        + np.exp2(x)
        + np.log2(x)
        + np.log10(x)
    )


@case("x:n m")
def mean_axes(x: Any) -> Any:
    return x.mean(axis=(0, 1)) * np.sum(x, axis=0, keepdims=True) @ np.ones((4, 1))


@case("X:5 3", "c:k 3")
def softkmeans(X: Any, c: Any) -> Any:
    d = ((X[:, None] - c[None]) ** 2).sum(-1)
    return -np.sum(np.log(np.exp(-d).sum(1)))


@case("X:5 3", "c:2 3")
def kmeans_min(X: Any, c: Any) -> Any:
    d = ((X[:, None] - c[None]) ** 2).sum(-1)
    return np.sum(np.min(d, axis=1))


@case("W:3 4", "x:4")
def maxout(W: Any, x: Any) -> Any:
    return np.max(W @ x)


@case("A:3 3", "b:3", "x:3")
def nested_fn(A: Any, b: Any, x: Any) -> Any:
    f = lambda z: np.log(1 + np.exp(z))
    return np.sum(f(A @ f(A @ x + b) + b))


@case("x:4")
def list_ops(x: Any) -> Any:
    r = [xi**2 for xi in x]
    return sum(r) + np.array(r) @ np.ones(4)


@case("x:4")
def sum_gen(x: Any) -> Any:
    return np.sum([x[i] * x[i + 1] for i in range(3)])


@case("x:3 3")
def diag_set(x: Any) -> Any:
    return np.sum((x - np.diag(np.diag(x))) ** 2) + np.trace(x @ x)


@case("x:4")
def einsum_variants(x: Any) -> Any:
    A = np.einsum("i,j", x, x)
    return np.einsum("ii", A) + np.einsum("ij->", A) + np.einsum("ii->i", A).sum() + np.einsum(A, [0, 1], [1, 0]).sum()


@case("X:b n", "beta:n", "g:m", "Z:b m")
def heteroskedastic(X: Any, beta: Any, g: Any, Z: Any) -> Any:
    ls = Z @ g
    return np.sum(ls + 0.5 * ((X @ beta) / np.exp(ls)) ** 2)


@case("b:3", "X:5 2")
def ordinal(b: Any, X: Any) -> Any:
    eta = X @ b[:2]
    c = np.concatenate([[-1.0], [0.5 + b[2] ** 2]])
    cdf = 1 / (1 + np.exp(-(c[None, :] - eta[:, None])))
    p = np.concatenate([cdf[:, :1], np.diff(cdf, axis=1), 1 - cdf[:, -1:]], axis=1)
    return -np.sum(np.log(p[np.arange(5), IDX]))


@case("al:3", lo=0.3, hi=2)
def dirichlet(al: Any) -> Any:
    x = np.array([0.2, 0.3, 0.5])
    return gammaln(np.sum(al)) - np.sum(gammaln(al)) + np.sum((al - 1) * np.log(x))


@case("a:", "b:", lo=0.4, hi=2)
def gamma_ll(a: Any, b: Any) -> Any:
    return np.sum(a * np.log(b) - sp.gammaln(a) + (a - 1) * np.log(COUNTS + 1) - b * (COUNTS + 1))


@case("a:", "b:", lo=0.4, hi=2)
def beta_ll(a: Any, b: Any) -> Any:
    return -5 * sp.betaln(a, b) + np.sum((a - 1) * np.log(0.3 + Y01 / 3))


@case("k:", "lam:", lo=0.4, hi=2)
def weibull(k: Any, lam: Any) -> Any:
    t = COUNTS + 0.5
    return np.sum(np.log(k / lam) + (k - 1) * np.log(t / lam) - (t / lam) ** k)


@case("x:5")
def ar1(x: Any) -> Any:
    phi = 0.7
    return np.sum((x[1:] - phi * x[:-1]) ** 2) / 2


@case("om:", "al:", "be:", lo=0.1, hi=0.4)
def garch(om: Any, al: Any, be: Any) -> Any:
    r = np.array([0.1, -0.3, 0.2, 0.5])
    s = 0.1
    ll = 0
    for t in range(4):
        ll = ll - 0.5 * (np.log(s) + r[t] ** 2 / s)
        s = om + al * r[t] ** 2 + be * s
    return ll


@case("W:3 3")
def ipinv(W: Any) -> Any:
    return np.sum(np.linalg.pinv(W[:, :2]) ** 2)


@case("x:3", "W:3 3")
def implicit(x: Any, W: Any) -> Any:
    z = x
    for _ in range(4):
        z = np.tanh(W @ z * 0.3 + x)
    return z @ z


@case("p:3", "A:3 3", lo=0.1)
def markov(p: Any, A: Any) -> Any:
    P = A / A.sum(axis=1, keepdims=True)
    return p @ np.linalg.matrix_power(P, 5)


@case("A:4 4", lo=0.1)
def pagerank(A: Any) -> Any:
    P = A / A.sum(0)
    return np.linalg.solve(np.eye(4) - 0.85 * P, 0.15 / 4 * np.ones(4))


@case("A:4 4", lo=0.1)
def graph_lap(A: Any) -> Any:
    S = (A + A.T) / 2
    D = np.diag(S.sum(1))
    L = D - S
    return np.linalg.slogdet(L + np.ones((4, 4)) / 4)[1]


@case("A:4 4", "H:4 2", "W:2 2", lo=0.1)
def gcn(A: Any, H: Any, W: Any) -> Any:
    At = A + np.eye(4)
    d = 1 / np.sqrt(At.sum(1))
    return np.sum(np.maximum(d[:, None] * At * d[None, :] @ H @ W, 0))


@case("x:6", lo=0.1)
def rope(x: Any) -> Any:
    th = np.array([0.1, 0.2, 0.3])
    c, s = np.cos(th), np.sin(th)
    x1, x2 = x[::2], x[1::2]
    r = np.stack([x1 * c - x2 * s, x1 * s + x2 * c], axis=-1).reshape(-1)
    return r @ np.arange(6.0)


@case("E:5 3", "W:3 5")
def embed(E: Any, W: Any) -> Any:
    tok = np.array([1, 3, 0, 1])
    z = E[tok] @ W
    return -np.mean((z - sp.logsumexp(z, axis=-1, keepdims=True))[np.arange(4), [2, 2, 1, 0]])


@case("u:3 4", "v:2 4")
def dot_broadcast(u: Any, v: Any) -> Any:
    return np.matmul(u[:, None, :], v.T[None])[:, 0, :]


@case("logits:5", "tgt:5", lo=0.1)
def bce_logits(logits: Any, tgt: Any) -> Any:
    return np.mean(np.maximum(logits, 0) - logits * tgt + np.log1p(np.exp(-np.abs(logits))))


@case("x:5", "y:5", lo=0.1)
def dice(x: Any, y: Any) -> Any:
    return 1 - (2 * np.sum(x * y) + 1) / (np.sum(x) + np.sum(y) + 1)


@case("x:4 4", "y:4 4", lo=0.1)
def hsic(x: Any, y: Any) -> Any:
    H = np.eye(4) - np.ones((4, 4)) / 4
    return np.trace(x @ H @ y @ H) / 9


@case("x:b n", "y:m n")
def mmd(x: Any, y: Any) -> Any:
    k = lambda a, b: np.exp(-((a[:, None] - b[None]) ** 2).sum(-1))
    return k(x, x).mean() + k(y, y).mean() - 2 * k(x, y).mean()


@case("f:b n")
def vander_logspace(f: Any) -> Any:
    return np.sum(f * np.linspace(0, 1, 3)) + np.sum(np.full((5, 3), 2.0) * f)


@case("x:5")
def ewma(x: Any) -> Any:
    m = 0
    for v in x:
        m = 0.9 * m + 0.1 * v
    return m**2


@case("x:4", "y:3")
def meshg(x: Any, y: Any) -> Any:
    X, Y = np.meshgrid(x, y)
    return np.sum(np.sin(X * Y))


@case("x:4", "y:3")
def meshg_ij(x: Any, y: Any) -> Any:
    X, Y = np.meshgrid(x, y, indexing="ij")
    return np.sum(np.sin(X * Y))


@case("x:4")
def interp_(x: Any) -> Any:
    return np.sum(np.gradient(x**2))


@case("x:4 3")
def insert_(x: Any) -> Any:
    return (
        np.sum(np.append(x, np.ones((1, 3)), axis=0) ** 2)
        + np.sum(np.rot90(x[:3]))
        + np.sum(np.fliplr(x) * x)
        + np.sum(np.flipud(x) * x)
    )


@case("x:2 3 4")
def dsplit_(x: Any) -> Any:
    return np.sum(np.dstack([x[0], x[1]]) ** 2) + np.sum(np.array_split(x, 2)[0]) + np.sum(np.rollaxis(x, 2) ** 2)


@case("x:3", "A:3 3")
def inner_assign(x: Any, A: Any) -> Any:
    y = np.copy(x)
    y = y + 1
    y += x
    y *= 2
    return y @ A @ y


@case("x:4")
def selects(x: Any) -> Any:
    return np.sum(np.select([x < 0, x > 0.5], [x**2, x**3], default=x))


@case("x:4")
def piecewise_(x: Any) -> Any:
    return np.sum(np.where((x > 0) & (x < 0.5), x**2, -x))


@case("x:4")
def mask_mul(x: Any) -> Any:
    return np.sum((x > 0) * x**2)


@case("x:4")
def sinc_(x: Any) -> Any:
    return np.sum(np.sinc(x))


@case("X:3 5")
def qr_of_a_wide_matrix(X: Any) -> Any:
    Q, R = np.linalg.qr(X)
    return np.sum(R[:, 3:] ** 2) + np.sum(np.abs(np.linalg.qr(X, mode="r"))) + np.sum((Q @ R) ** 3)


@case("X:3 5")
def weakest_column(X: Any) -> Any:
    return np.linalg.norm(X, -1) * np.linalg.norm(X, -np.inf)


@case("x:4")
def choices(x: Any) -> Any:
    inside = (x > -0.5) & ~(x >= 0.5)
    return np.sum(np.select([inside, x > 0.8], [x**2, x**3], default=-x)) + np.sum(inside * np.cos(x))
