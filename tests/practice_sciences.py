"""Calculations of the sciences: functions of NumPy as practitioners write them, each with the shapes of its arguments."""

# ruff: noqa: E741, RUF059

from functools import partial
from typing import Any

import numpy as np
import scipy.linalg as sl
import scipy.special as sp
from numpy import linalg as la
from numpy.linalg import inv, norm, slogdet
from scipy.linalg import cho_factor, cho_solve, solve_triangular

from tests.practice import case

# learning


@case("x:b h t d", "Wq:d k", "Wk:d k", "Wv:d k")
def batched_heads(x: Any, Wq: Any, Wk: Any, Wv: Any) -> Any:
    q, k, v = x @ Wq, x @ Wk, x @ Wv
    logits = np.matmul(q, np.swapaxes(k, -1, -2)) / k.shape[-1] ** 0.5
    mask = np.triu(np.ones((4, 4), dtype=bool), k=1)
    logits = np.where(mask, -np.inf, logits)
    logits -= logits.max(-1, keepdims=True)
    w = np.exp(logits)
    w /= w.sum(-1, keepdims=True)
    return (w @ v).mean()


@case("x:4 6", "Wqkv:6 18", "Wo:6 6")
def fused_qkv(x: Any, Wqkv: Any, Wo: Any) -> Any:
    T, C = x.shape
    n_head = 2
    q, k, v = np.split(x @ Wqkv, 3, axis=1)
    q, k, v = (a.reshape(T, n_head, C // n_head).transpose(1, 0, 2) for a in (q, k, v))
    att = np.einsum("htd,hsd->hts", q, k) * (1.0 / np.sqrt(k.shape[-1]))
    att = np.where(np.tril(np.ones((T, T))) == 0, -1e10, att)
    att = np.exp(att) / np.sum(np.exp(att), axis=-1, keepdims=True)
    y = (att @ v).transpose(1, 0, 2).reshape(T, C)
    return np.sum(np.square(y @ Wo))


@case("x:5 4", "g:4", "b:4")
def prenorm_block(x: Any, g: Any, b: Any) -> Any:
    def ln(z: Any, eps: float = 1e-5) -> Any:
        mu = z.mean(-1, keepdims=True)
        sigma2 = ((z - mu) ** 2).mean(axis=-1, keepdims=True)
        return g * (z - mu) / np.sqrt(sigma2 + eps) + b

    def gelu(z: Any) -> Any:
        return 0.5 * z * (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3)))

    return np.sum((x + gelu(ln(x))) ** 2)


@case("x:4 2 3 3", "gamma:2", "beta:2")
def groupnorm(x: Any, gamma: Any, beta: Any) -> Any:
    mean = x.mean(axis=(0, 2, 3), keepdims=True)
    var = x.var(axis=(0, 2, 3), keepdims=True)
    y = (x - mean) / np.sqrt(var + 1e-3)
    y = gamma[None, :, None, None] * y + beta.reshape(1, -1, 1, 1)
    return np.sum(np.tanh(y))


@case("x:4 2", "h0:3", "Wx:2 12", "Wh:3 12", "b:12")
def lstm_sequence(x: Any, h0: Any, Wx: Any, Wh: Any, b: Any) -> Any:
    H = len(h0)
    h, c = h0, np.zeros_like(h0)
    hs = []
    for t in range(x.shape[0]):
        a = x[t] @ Wx + h @ Wh + b
        i, f, o = sp.expit(a[:H]), sp.expit(a[H : 2 * H]), sp.expit(a[2 * H : 3 * H])
        g = np.tanh(a[3 * H :])
        c = f * c + i * g
        h = o * np.tanh(c)
        hs.append(h)
    return np.sum(np.stack(hs, axis=0) ** 2)


@case("x:5 2", "h:3", "W:3 2", "U:3 3")
def gru_rows(x: Any, h: Any, W: Any, U: Any) -> Any:
    sigmoid = lambda z: 1.0 / (1.0 + np.exp(-z))  # noqa: E731
    for xt in x:
        z = sigmoid(W @ xt + U @ h)
        h = (1 - z) * h + z * np.tanh(W @ xt + U @ (z * h))
    return h


@case("x:2 6 5", "w:3 2 3 2")
def conv2d_strides(x: Any, w: Any) -> Any:
    c_out, c_in, kh, kw = w.shape
    _, H, W = x.shape
    s = 2
    rows = []
    for i in range(0, H - kh + 1, s):
        cols = []
        for j in range(0, W - kw + 1, s):
            cols.append(np.tensordot(w, x[:, i : i + kh, j : j + kw], axes=([1, 2, 3], [0, 1, 2])))
        rows.append(np.stack(cols, axis=-1))
    return np.tanh(np.stack(rows, axis=1)).sum()


@case("x:7", "w:3")
def conv_same(x: Any, w: Any) -> Any:
    return np.sum(np.convolve(x, w, mode="same") ** 2) + np.correlate(x, w, "valid") @ np.ones(5)


@case("x:7", "w:3", "v:2")
def conv_twice(x: Any, w: Any, v: Any) -> Any:
    y = np.tanh(np.convolve(x, w, "full"))
    return np.convolve(y, v, "valid").sum() + np.correlate(y, y, "full")[3]


@case("x:6 6", "w:3 3")
def conv2d_sliding(x: Any, w: Any) -> Any:
    win = np.lib.stride_tricks.sliding_window_view(x, (3, 3))
    return np.sum(np.einsum("ijkl,kl->ij", win, w) ** 2)


@case("X:6 2", "mu:3 2", "L:3 2 2", "logits:3")
def gmm_full_cov(X: Any, mu: Any, L: Any, logits: Any) -> Any:
    def log_normal(x: Any, m: Any, S: Any) -> Any:
        d = x - m
        _, ld = slogdet(S)
        return -0.5 * (np.einsum("ni,ij,nj->n", d, inv(S), d) + ld + d.shape[1] * np.log(2 * np.pi))

    logpi = logits - sp.logsumexp(logits)
    comps = [logpi[k] + log_normal(X, mu[k], L[k] @ L[k].T + 0.5 * np.eye(2)) for k in range(3)]
    joint = np.array(comps)
    m = joint.max(axis=0, keepdims=True)
    return np.sum(np.log(np.exp(joint - m).sum(axis=0)) + m[0])


@case("y:5", "q:", "r:")
def kalman_scalar(y: Any, q: Any, r: Any) -> Any:
    m, P, ll = 0.0, 1.0, 0.0
    for yt in y:
        P = P + np.exp(q)
        S = P + np.exp(r)
        K = P / S
        v = yt - m
        ll -= 0.5 * (np.log(2 * np.pi * S) + v**2 / S)
        m = m + K * v
        P = (1 - K) * P
    return -ll


@case("A:2 2", "C:1 2", "y:3 1", "LQ:2 2")
def kalman_matrix(A: Any, C: Any, y: Any, LQ: Any) -> Any:
    Q = LQ @ LQ.T
    x, P = np.zeros(2), np.eye(2)
    nll = 0
    for t in range(len(y)):
        x, P = A @ x, A @ P @ A.T + Q
        S = C @ P @ C.T + 0.1 * np.eye(1)
        K = P @ C.T @ la.inv(S)
        e = y[t] - C @ x
        nll = nll + e @ la.solve(S, e) + la.slogdet(S).logabsdet
        x, P = x + K @ e, (np.eye(2) - K @ C) @ P
    return 0.5 * nll


@case("logA:3 3", "logB:3 4", "logpi:3")
def hmm_log(logA: Any, logB: Any, logpi: Any) -> Any:
    obs = [0, 2, 1, 3, 3]
    A = logA - sp.logsumexp(logA, axis=1, keepdims=True)
    B = sp.log_softmax(logB, axis=1)
    alpha = sp.log_softmax(logpi) + B[:, obs[0]]
    for o in obs[1:]:
        alpha = sp.logsumexp(alpha[:, None] + A, axis=0) + B[:, o]
    return sp.logsumexp(alpha)


@case("X:5 2", "y:5", "ls:", "noise:")
def gp_cho(X: Any, y: Any, ls: Any, noise: Any) -> Any:
    d2 = np.sum((X[:, np.newaxis] - X[np.newaxis]) ** 2, axis=-1)
    K = np.exp(-0.5 * d2 / np.exp(2 * ls)) + np.exp(noise) * np.eye(len(X))
    c, low = cho_factor(K, lower=True)
    alpha = cho_solve((c, low), y)
    return 0.5 * y @ alpha + np.log(np.diag(c)).sum() + 0.5 * len(y) * np.log(2 * np.pi)


@case("X:5 2", "y:5", "Xs:3 2")
def gp_predict(X: Any, y: Any, Xs: Any) -> Any:
    def kernel(a: Any, b: Any) -> Any:
        sq = np.sum(a**2, 1)[:, None] + np.sum(b**2, 1)[None, :] - 2 * a @ b.T
        return np.exp(-0.5 * sq)

    L = la.cholesky(kernel(X, X) + 0.1 * np.eye(5))
    v = solve_triangular(L, kernel(X, Xs), lower=True)
    mean = kernel(Xs, X) @ solve_triangular(L.T, solve_triangular(L, y, lower=True))
    return mean.sum() + np.trace(kernel(Xs, Xs) - v.T @ v)


@case("X:6 3")
def pca_explained(X: Any) -> Any:
    Xc = X - X.mean(0)
    s = la.svd(Xc, compute_uv=False)
    ev = s**2 / (X.shape[0] - 1)
    return ev[0] / ev.sum()


@case("X:6 3")
def pca_cov_eigh(X: Any) -> Any:
    Xc = X - np.mean(X, axis=0, keepdims=True)
    w, V = la.eigh(Xc.T @ Xc / len(Xc))
    return np.sum((Xc @ V[:, -1:] @ V[:, -1:].T) ** 2) + w[-1]


@case("X:b n", "Y:m n")
def kernels(X: Any, Y: Any) -> Any:
    def dist2(a: Any, b: Any) -> Any:
        return (a * a).sum(1, keepdims=True) + (b * b).sum(1) - 2 * a.dot(b.T)

    K = (1 + dist2(X, Y)) ** -1.0
    return K.mean() + np.exp(-dist2(X, Y)).mean() + (X @ Y.T + 1).sum() ** 2


@case("w:n", "X:b n", "y:b")
def glm_gamma(w: Any, X: Any, y: Any) -> Any:
    eta = X @ w
    mu = np.exp(eta)
    return np.mean((y**2 + 1) / mu + np.log(mu)) + 0.5 * np.dot(w, w)


@case("beta:3", "X:5 3")
def cox_cumsum(beta: Any, X: Any) -> Any:
    event = np.array([1, 0, 1, 1, 0])
    eta = X @ beta
    risk = np.cumsum(np.exp(eta)[::-1])[::-1]
    return -np.sum(event * (eta - np.log(risk)))


@case("beta:3", "X:5 3")
def cox_logcumsumexp(beta: Any, X: Any) -> Any:
    eta = X @ beta
    return -np.sum(eta - np.logaddexp.accumulate(eta))


@case("r:b")
def robust_losses(r: Any) -> Any:
    a = np.abs(r)
    huber = np.where(a <= 0.5, 0.5 * r**2, 0.5 * (a - 0.25))
    return np.sum(huber) + np.sum(np.maximum(0.3 * r, -0.7 * r)) + sp.huber(0.3, r).sum() + np.clip(r, -0.4, 0.4).sum()


@case("z:b")
def hinge_family(z: Any) -> Any:
    return np.sum(np.maximum(0, 1 - z)) + np.sum(np.maximum(0, 1 - z) ** 2) + np.sum(np.log1p(np.exp(-z)))


# physics and engineering


@case("y0:2", "k:", "m:", lo=0.5, hi=1.5)
def rk4_oscillator(y0: Any, k: Any, m: Any) -> Any:
    def f(y: Any, t: float) -> Any:
        return np.array([y[1], -k / m * y[0] + 0.1 * np.sin(t)])

    y, h = y0, 0.1
    for n in range(5):
        t = n * h
        k1 = f(y, t)
        k2 = f(y + h / 2 * k1, t + h / 2)
        k3 = f(y + h / 2 * k2, t + h / 2)
        k4 = f(y + h * k3, t + h)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return y


@case("s:3", "p:3", lo=0.5, hi=1.5)
def lorenz_step(s: Any, p: Any) -> Any:
    x, y, z = s
    sigma, rho, beta = p
    for _ in range(3):
        dx, dy, dz = sigma * (y - x), x * (rho - z) - y, x * y - beta * z
        x, y, z = x + 0.01 * dx, y + 0.01 * dy, z + 0.01 * dz
    return np.array([x, y, z])


@case("u:6", "E:", "A:", lo=0.5, hi=1.5)
def bar_energy(u: Any, E: Any, A: Any) -> Any:
    L = 1.0 / (u.size - 1)
    strain = np.diff(u) / L
    return 0.5 * E * A * L * np.sum(strain**2) - u[-1] * 0.3


@case("X:4 2", lo=0.2, hi=2.0)
def neo_hookean(X: Any) -> Any:
    elements = [(0, 1, 2), (1, 3, 2)]
    W = 0.0
    for i, j, k in elements:
        F = np.column_stack([X[j] - X[i], X[k] - X[i]]) + 3 * np.eye(2)
        J = la.det(F)
        C = F.T @ F
        W += 0.5 * (np.trace(C) - 2 - 2 * np.log(J)) + np.log(J) ** 2
    return W


@case("X:4 3")
def spring_network(X: Any) -> Any:
    i, j = np.array([0, 0, 1, 2]), np.array([1, 2, 3, 3])
    d = X[i] - X[j]
    l = np.sqrt(np.sum(d**2, axis=1) + 1e-6)
    return 0.5 * np.sum((l - 1) ** 2)


@case("F:3 3", lo=0.0, hi=0.4)
def green_strain(F: Any) -> Any:
    F = F + np.eye(3)
    E = 0.5 * (F.T @ F - np.eye(3))
    return 0.7 * np.trace(E) ** 2 + 1.3 * np.tensordot(E, E) + np.log(la.det(F))


@case("q:3")
def arm_3r(q: Any) -> Any:
    def rot(t: Any) -> Any:
        c, s = np.cos(t), np.sin(t)
        return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])

    def shift(l: float) -> Any:
        return np.array([[1, 0, l], [0, 1, 0], [0, 0, 1.0]])

    T = np.eye(3)
    for t, l in zip(q, [1.0, 0.7, 0.4], strict=True):
        T = T @ rot(t) @ shift(l)
    return T[:2, 2]


@case("rpy:3", "p:3")
def euler_angles(rpy: Any, p: Any) -> Any:
    (cr, cp, cy), (sr, sp_, sy) = np.cos(rpy), np.sin(rpy)
    Rx = np.stack([np.array([1, 0, 0]), np.stack([0, cr, -sr]), np.stack([0, sr, cr])])
    Ry = np.array([[cp, 0, sp_], [0, 1, 0], [-sp_, 0, cp]])
    Rz = np.array([[cy, -sy, 0], [sy, cy, 0], [0, 0, 1]])
    return Rz @ Ry @ Rx @ p


@case("q:4", "v:3", lo=0.3, hi=1.0)
def quaternion(q: Any, v: Any) -> Any:
    q = q / la.norm(q)
    w, u = q[0], q[1:]
    return v + 2 * np.cross(u, np.cross(u, v) + w * v)


@case("a:6", lo=0.2, hi=1.0)
def denavit_hartenberg(a: Any) -> Any:
    def dh(theta: Any, d: float, r: float, alpha: float) -> Any:
        ct, st, ca, sa = np.cos(theta), np.sin(theta), np.cos(alpha), np.sin(alpha)
        return np.array([[ct, -st * ca, st * sa, r * ct], [st, ct * ca, -ct * sa, r * st], [0, sa, ca, d], [0, 0, 0, 1]])

    params = [(0.1, 0.0, np.pi / 2), (0.0, 0.4, 0.0), (0.0, 0.3, 0.0), (0.2, 0.0, -np.pi / 2), (0.1, 0, 1.0), (0, 0.1, 0)]
    T = np.eye(4)
    for angle, (d, r, alpha) in zip(a, params, strict=False):
        T = T @ dh(angle, d, r, alpha)
    return np.r_[T[:3, 3], a[0]]


@case("w:n", "mu:n", "S:n n", lo=0.1, hi=1.0)
def sharpe_ratio(w: Any, mu: Any, S: Any) -> Any:
    w = w / w.sum()
    return (w @ mu - 0.02) / np.sqrt(w @ (S @ S.T) @ w)


@case("P:3 3", lo=0.1, hi=1.0)
def markov_steps(P: Any) -> Any:
    P = P / P.sum(axis=1, keepdims=True)
    return np.ones(3) / 3 @ la.matrix_power(P, 5) @ np.arange(3)


@case("P:3 3", lo=0.1, hi=1.0)
def stationary(P: Any) -> Any:
    P = P / P.sum(1)[:, None]
    A = np.vstack([P.T - np.eye(3), np.ones((1, 3))])
    b = np.array([0, 0, 0, 1.0])
    pi = la.lstsq(A, b, rcond=None)[0]
    return pi @ np.log(pi)


@case("x:5")
def rosen_chain(x: Any) -> Any:
    return sum(100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1 - x[i]) ** 2 for i in range(len(x) - 1))


@case("x:5")
def rosen_slices(x: Any) -> Any:
    x0, x1 = x[:-1], x[1:]
    return np.sum(100 * (x1 - x0**2.0) ** 2.0 + (1 - x0) ** 2.0)


@case("x:4")
def schwefel_levy(x: Any) -> Any:
    w = 1 + (x - 1) / 4
    levy = np.sin(np.pi * w[0]) ** 2 + np.sum((w[:-1] - 1) ** 2 * (1 + 10 * np.sin(np.pi * w[:-1] + 1) ** 2))
    return levy + (w[-1] - 1) ** 2 * (1 + np.sin(2 * np.pi * w[-1]) ** 2) + np.sum(np.cumsum(x) ** 2)


@case("x:8", "h:3")
def fir_and_energy(x: Any, h: Any) -> Any:
    y = np.convolve(x, h)[: len(x)]
    window = np.hanning(len(x))
    return np.sum((window * y) ** 2) / np.sum(window**2)


@case("x:8")
def autocorrelation(x: Any) -> Any:
    x = x - np.mean(x)
    r = np.correlate(x, x, mode="full")[x.size - 1 :]
    return r[1] / r[0]


@case("x:8")
def dft_power(x: Any) -> Any:
    n = np.arange(8)
    ang = 2 * np.pi * np.outer(n, n) / 8
    re, im = np.cos(ang) @ x, -np.sin(ang) @ x
    return (re**2 + im**2)[1:4].sum() / (re**2 + im**2).sum()


@case("b:3", "a:2", "x:6")
def iir_filter(b: Any, a: Any, x: Any) -> Any:
    y: list[Any] = []
    for n in range(len(x)):
        acc = sum(b[k] * x[n - k] for k in range(3) if n >= k)
        acc = acc - sum(a[k - 1] * y[n - k] for k in (1, 2) if n >= k)
        y.append(acc)
    return np.array(y)


@case("theta:3", lo=0.5, hi=1.5)
def logistic_growth(theta: Any) -> Any:
    r, K, n0 = theta
    t = np.linspace(0, 5, 6)
    data = np.array([0.1, 0.3, 0.5, 0.7, 0.8, 0.9])
    return np.sum((K / (1 + (K / n0 - 1) * np.exp(-r * t)) - data) ** 2)


@case("p:4", lo=0.5, hi=1.5)
def peaks(p: Any) -> Any:
    x = np.linspace(-1, 1, 5)
    amp, cen, wid, off = p[0], p[1], p[2], p[-1]
    model = amp * np.exp(-((x - cen) ** 2) / (2 * wid**2)) + off
    lorentz = amp / np.pi * wid / ((x - cen) ** 2 + wid**2)
    return ((model - lorentz) ** 2).mean()


@case("A:2 2", "B:2 1", "K:1 2", lo=-0.4, hi=0.4)
def lqr_cost(A: Any, B: Any, K: Any) -> Any:
    Acl = A - B @ K
    P = sl.solve_continuous_lyapunov((Acl - 2 * np.eye(2)).T, -(np.eye(2) + K.T @ K))
    return np.trace(P)


@case("A:3 3", "t:", lo=-0.5, hi=0.5)
def matrix_ode(A: Any, t: Any) -> Any:
    return sl.expm(A * t) @ np.ones(3)


@case("S:3 3", "T:3 3", lo=0.0, hi=0.5)
def bures(S: Any, T: Any) -> Any:
    S, T = S @ S.T + np.eye(3), T @ T.T + np.eye(3)
    R = sl.sqrtm(S)
    return np.trace(S + T - 2 * sl.sqrtm(R @ T @ R))


@case("L1:3 3", "m1:3", lo=0.1, hi=0.6)
def kl_gaussians(L1: Any, m1: Any) -> Any:
    S0 = np.diag([1.0, 2.0, 0.5])
    S1 = L1 @ L1.T + 0.5 * np.eye(3)
    iS1 = la.inv(S1)
    return 0.5 * (np.trace(iS1 @ S0) + m1 @ iS1 @ m1 - 3 + np.log(la.det(S1) / la.det(S0)))


@case("L:3 3", "X:5 3", lo=0.1, hi=0.6)
def mvn_chol_param(L: Any, X: Any) -> Any:
    L = np.tril(L, -1) + np.diag(np.exp(np.diag(L)))
    z = sl.solve_triangular(L, X.T, lower=True)
    return 0.5 * np.sum(z**2) + X.shape[0] * np.sum(np.log(np.diag(L)))


@case("W:3 3", lo=0.1, hi=0.6)
def wishart_logpdf(W: Any) -> Any:
    W = W @ W.T + np.eye(3)
    nu, p = 5, 3
    return 0.5 * (nu - p - 1) * slogdet(W)[1] - 0.5 * np.trace(W) - sp.multigammaln(nu / 2, p)


@case("S:5 5", lo=-0.3, hi=0.3)
def graph_energy(S: Any) -> Any:
    A = np.abs(S + S.T) / 2
    D = np.diag(A.sum(axis=1))
    Lap = D - A
    Dm = np.diag(1 / np.sqrt(A.sum(1) + 0.1))
    return np.sum(la.eigvalsh(Dm @ Lap @ Dm)[1:3])


@case("x:6 2")
def many_body(x: Any) -> Any:
    n = x.shape[0]
    iu = np.triu_indices(n, k=1)
    d = (x[:, None] - x[None, :])[iu]
    r2 = np.sum(d**2, -1) + 0.5
    return np.sum(4 * (r2**-6 - r2**-3))


@case("x:4 3")
def ewald_like(x: Any) -> Any:
    e = 0.0
    for i in range(4):
        for j in range(i):
            r = norm(x[i] - x[j])
            e += sp.erfc(0.5 * r) / r
    return e


@case("u:5 6")
def heat_step(u: Any) -> Any:
    lap = np.roll(u, 1, 0) + np.roll(u, -1, 0) + np.roll(u, 1, axis=1) + np.roll(u, -1, axis=1) - 4 * u
    return np.sum((u + 0.1 * lap) ** 2)


@case("u:5 6")
def total_variation(u: Any) -> Any:
    gx, gy = np.gradient(u)
    return np.sum(np.sqrt(gx**2 + gy**2 + 1e-2))


@case("u:6")
def dirichlet_energy(u: Any) -> Any:
    full = np.concatenate(([0.0], u, [0.0]))
    h = 1 / 7
    return np.trapezoid(np.gradient(full, h) ** 2, dx=h) + np.trapezoid(np.pad(u, 1) ** 4)


@case("c:4", "x:b")
def chebyshev(c: Any, x: Any) -> Any:
    t0, t1 = np.ones_like(x), x
    out = c[0] * t0 + c[1] * t1
    for ck in c[2:]:
        t0, t1 = t1, 2 * x * t1 - t0
        out = out + ck * t1
    return out


@case("lat:2", "lon:2")
def great_circle(lat: Any, lon: Any) -> Any:
    dlat, dlon = np.deg2rad(lat[1] - lat[0]), np.deg2rad(lon[1] - lon[0])
    a = np.sin(dlat / 2) ** 2 + np.cos(np.radians(lat[0])) * np.cos(np.radians(lat[1])) * np.sin(dlon / 2) ** 2
    return 2 * 6371 * np.arcsin(np.sqrt(a))


@case("S:", "K:", "T:", "r:", "v:", lo=0.5, hi=1.0)
def call_price(S: Any, K: Any, T: Any, r: Any, v: Any) -> Any:
    d1 = (np.log(S / K) + (r + 0.5 * v**2) * T) / (v * np.sqrt(T))
    d2 = d1 - v * np.sqrt(T)
    return S * sp.ndtr(d1) - K * np.exp(-r * T) * sp.ndtr(d2)


@case("returns:6", lo=-0.2, hi=0.2)
def drawdown(returns: Any) -> Any:
    wealth = np.cumprod(1 + returns)
    peak = np.maximum.accumulate(wealth)
    return np.mean((wealth - peak) / peak)


@case("w:3", "b:")
def scaled_partial(w: Any, b: Any) -> Any:
    def model(x: Any, w: Any, b: Any) -> Any:
        return x @ w + b

    f = partial(model, w=w, b=b)
    return f(np.arange(6.0).reshape(2, 3)).sum() ** 2


class Network:
    """A model that is a class."""

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.scale = np.array([0.5, 2.0, 1.0])

    def forward(self, x: Any, W: Any) -> Any:
        h = x
        for _ in range(self.depth):
            h = self._activation(W @ h) * self.scale
        return h

    @staticmethod
    def _activation(z: Any) -> Any:
        return np.logaddexp(0, z)


@case("x:3", "W:3 3")
def class_method(x: Any, W: Any) -> Any:
    return np.sum(Network(2).forward(x, W))


@case("x:3")
def dictionaries(x: Any) -> Any:
    params = {"w": x[:2], "b": x[2]}
    layers = [("tanh", np.tanh), ("exp", np.exp)]
    out = params["w"]
    for name, act in layers:
        label = f"{name}: {out.shape} {len(layers)}"
        out = act(out + params["b"]) if label else out
    return np.prod(out)


@case("x:4")
def recursion(x: Any) -> Any:
    def fold(v: Any) -> Any:
        if len(v) == 1:
            return v[0]
        return np.hypot(fold(v[: len(v) // 2]), fold(v[len(v) // 2 :]))

    return fold(x)


@case("x:3", "y:3", lo=0.2, hi=0.9)
def statistics_of_two(x: Any, y: Any) -> Any:
    rho = np.cov(x, y)[0, 1] / (np.std(x, ddof=1) * np.std(y, ddof=1))
    return rho + np.corrcoef(x, y)[1, 0] + np.average(x, weights=y)


@case("logits:b n")
def entropy_of_softmax(logits: Any) -> Any:
    p = sp.softmax(logits, axis=1)
    return -(p * np.log(p)).sum(axis=1).mean() + sp.entr(p).sum() + sp.rel_entr(p, 1 / 3).sum()


@case("x:n", "A:n n")
def power_iteration(x: Any, A: Any) -> Any:
    for _ in range(4):
        x = A @ x
        x = x / np.linalg.norm(x)
    return x @ A @ x


@case("A:3 3", "b:3", lo=0.1, hi=0.5)
def jacobi_solver(A: Any, b: Any) -> Any:
    A = A + 3 * np.eye(3)
    D = np.diag(A)
    R = A - np.diagflat(D)
    x = np.zeros_like(b)
    for _ in range(4):
        x = (b - R @ x) / D
    return x


@case("A:4 4", lo=0.0, hi=0.3)
def gram_schmidt(A: Any) -> Any:
    A = A + np.eye(4)
    Q: list[Any] = []
    for a in A.T:
        for q in Q:
            a = a - np.dot(q, a) * q
        Q.append(a / np.sqrt(np.sum(a**2)))
    return np.stack(Q, axis=1)[0]


@case("U:4 2", "V:5 2")
def masked_completion(U: Any, V: Any) -> Any:
    mask = (np.arange(20).reshape(4, 5) % 3 != 0).astype(float)
    R = np.arange(20).reshape(4, 5) / 20
    return np.sum(mask * (R - np.inner(U, V)) ** 2) + 0.1 * (la.norm(U, "fro") ** 2 + la.norm(V) ** 2)


@case("x:3 4")
def contrast(x: Any) -> Any:
    z = x / la.norm(x, axis=1, keepdims=True)
    sim = z @ z.T / 0.5
    sim = sim - 1e9 * np.eye(3)
    return -np.mean(sim[[0, 1, 2], [1, 2, 0]] - sp.logsumexp(sim, axis=1))
