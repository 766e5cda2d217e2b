"""Models and losses: functions of NumPy as practitioners write them, each with the shapes of its arguments.

The sizes b, h, k, m, n, t and d are symbols, with the numbers of `SIZES`.
"""

# ruff: noqa: E741, RUF059

from typing import Any

import numpy as np
import scipy.linalg as sl
import scipy.special as sp
from scipy.special import expit, gammaln

from tests.practice import COUNTS, IDX, LABELS, MASK, Y01, case


@case("W1:n h", "b1:h", "W2:h k", "b2:k", "X:b n")
def mlp(W1: Any, b1: Any, W2: Any, b2: Any, X: Any) -> Any:
    hdn = np.tanh(X @ W1 + b1)
    out = hdn @ W2 + b2
    return np.mean(np.sum(out**2, axis=1))


@case("W1:n h", "b1:h", "W2:h 3", "X:5 n")
def mlp_ce(W1: Any, b1: Any, W2: Any, X: Any) -> Any:
    z = np.maximum(X @ W1 + b1, 0) @ W2
    z = z - np.max(z, axis=1, keepdims=True)
    logp = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
    return -np.mean(logp[np.arange(5), IDX])


@case("W:3 3", "X:5 3")
def softmax_xent_onehot(W: Any, X: Any) -> Any:
    z = X @ W
    p = np.exp(z) / np.sum(np.exp(z), axis=-1, keepdims=True)
    return -np.sum(LABELS * np.log(p)) / len(X)


@case("Q:b t d", "K:b t d", "V:b t d")
def attention_einsum(Q: Any, K: Any, V: Any) -> Any:
    s = np.einsum("btd,bsd->bts", Q, K) / np.sqrt(Q.shape[-1])
    e = np.exp(s - s.max(axis=-1, keepdims=True))
    a = e / e.sum(axis=-1, keepdims=True)
    return np.einsum("bts,bsd->btd", a, V).sum()


@case("Q:4 2", "K:4 2", "V:4 2")
def attention_causal(Q: Any, K: Any, V: Any) -> Any:
    s = Q @ K.T / np.sqrt(2)
    s = np.where(MASK > 0, s, -1e9)
    a = sp.softmax(s, axis=-1)
    return np.sum((a @ V) ** 2)


@case("Q:4 2", "K:4 2", "V:4 2")
def attention_causal_inf(Q: Any, K: Any, V: Any) -> Any:
    s = Q @ K.T / np.sqrt(2)
    s = np.where(MASK > 0, s, -np.inf)
    e = np.exp(s - np.max(s, axis=-1, keepdims=True))
    a = e / e.sum(-1, keepdims=True)
    return np.sum((a @ V) ** 2)


@case("X:5 4", "Wq:4 4", "Wk:4 4", "Wv:4 4")
def multihead(X: Any, Wq: Any, Wk: Any, Wv: Any) -> Any:
    H = 2

    def split(A):
        return A.reshape(5, H, 2).transpose(1, 0, 2)

    q, k, v = split(X @ Wq), split(X @ Wk), split(X @ Wv)
    s = q @ k.transpose(0, 2, 1) / np.sqrt(2)
    a = np.exp(s) / np.exp(s).sum(-1, keepdims=True)
    return ((a @ v).transpose(1, 0, 2).reshape(5, 4) ** 2).sum()


@case("x:b n", "g:n", "be:n")
def layernorm(x: Any, g: Any, be: Any) -> Any:
    mu = x.mean(axis=-1, keepdims=True)
    v = x.var(axis=-1, keepdims=True)
    return np.sum(((x - mu) / np.sqrt(v + 1e-5) * g + be) ** 3)


@case("x:b n", "g:n", "be:n")
def batchnorm(x: Any, g: Any, be: Any) -> Any:
    mu = np.mean(x, axis=0)
    sd = np.std(x, axis=0)
    return np.sum(np.tanh((x - mu) / (sd + 1e-3) * g + be))


@case("x:b n", "g:n")
def rmsnorm(x: Any, g: Any) -> Any:
    return np.sum(np.sin(x / np.sqrt(np.mean(x**2, axis=-1, keepdims=True) + 1e-6) * g))


@case("X:5 n", "ls:", "s2:", "y:5", lo=0.3, hi=1.5)
def gp_marginal(X: Any, ls: Any, s2: Any, y: Any) -> Any:
    d2 = np.sum((X[:, None, :] - X[None, :, :]) ** 2, axis=-1)
    K = s2 * np.exp(-0.5 * d2 / ls**2) + 0.1 * np.eye(len(X))
    L = np.linalg.cholesky(K)
    a = np.linalg.solve(L.T, np.linalg.solve(L, y))
    return 0.5 * y @ a + np.sum(np.log(np.diag(L))) + 0.5 * len(X) * np.log(2 * np.pi)


@case("X:5 n", "ls:", "y:5", lo=0.3, hi=1.5)
def gp_slogdet(X: Any, ls: Any, y: Any) -> Any:
    sq = np.sum(X**2, 1)
    d2 = sq[:, None] + sq[None, :] - 2 * X @ X.T
    K = np.exp(-d2 / (2 * ls**2)) + np.eye(5)
    sign, ld = np.linalg.slogdet(K)
    return 0.5 * y.T @ np.linalg.inv(K) @ y + 0.5 * ld


@case("X:5 n", "ls:n", "y:5", lo=0.3, hi=1.5)
def gp_cho_solve(X: Any, ls: Any, y: Any) -> Any:
    Z = X / ls
    d2 = np.sum((Z[:, None] - Z[None]) ** 2, -1)
    K = np.exp(-0.5 * d2) + 0.5 * np.eye(5)
    c = sl.cho_factor(K, lower=True)
    return y @ sl.cho_solve(c, y)


@case("X:5 n", "ls:n", "y:5", lo=0.3, hi=1.5)
def gp_tri_solve(X: Any, ls: Any, y: Any) -> Any:
    Z = X / ls
    d2 = np.sum((Z[:, None] - Z[None]) ** 2, -1)
    K = np.exp(-0.5 * d2) + 0.5 * np.eye(5)
    L = sl.cholesky(K, lower=True)
    v = sl.solve_triangular(L, y, lower=True)
    return v @ v + 2 * np.sum(np.log(np.diagonal(L)))


@case("w:n", "X:5 n", "lam:", lo=0.1)
def logistic(w: Any, X: Any, lam: Any) -> Any:
    z = X @ w
    p = 1 / (1 + np.exp(-z))
    return -np.sum(Y01 * np.log(p) + (1 - Y01) * np.log(1 - p)) + lam * np.dot(w, w) / 2


@case("w:n", "X:5 n")
def logistic_expit(w: Any, X: Any) -> Any:
    p = expit(X @ w)
    return -np.mean(Y01 * np.log(p) + (1 - Y01) * np.log1p(-p))


@case("w:n", "X:5 n")
def poisson(w: Any, X: Any) -> Any:
    eta = X.dot(w)
    return np.sum(np.exp(eta) - COUNTS * eta + gammaln(COUNTS + 1))


@case("w:n", "X:5 n", "r:", lo=0.2)
def negbin(w: Any, X: Any, r: Any) -> Any:
    mu = np.exp(X @ w)
    return -np.sum(
        gammaln(COUNTS + r) - gammaln(r) - gammaln(COUNTS + 1) + r * np.log(r / (r + mu)) + COUNTS * np.log(mu / (r + mu))
    )


@case("w:n", "X:5 n")
def cox(w: Any, X: Any) -> Any:
    eta = X @ w
    rs = np.log(np.cumsum(np.exp(eta[::-1]))[::-1])
    return -np.sum(eta - rs)


@case("w:n", "X:5 n")
def cox_loop(w: Any, X: Any) -> Any:
    eta = X @ w
    ll = 0.0
    for i in range(5):
        if Y01[i]:
            ll += eta[i] - np.log(np.sum(np.exp(eta[i:])))
    return -ll


@case("w:n", "X:5 n", "y:5", "phi:", lo=0.2, hi=0.9)
def beta_regression(w: Any, X: Any, y: Any, phi: Any) -> Any:
    mu = 1 / (1 + np.exp(-X @ w))
    return -np.sum(
        sp.gammaln(phi)
        - sp.gammaln(mu * phi)
        - sp.gammaln((1 - mu) * phi)
        + (mu * phi - 1) * np.log(y)
        + ((1 - mu) * phi - 1) * np.log(1 - y)
    )


@case("w:n", "X:5 n")
def probit(w: Any, X: Any) -> Any:
    z = X @ w
    return -np.sum(Y01 * np.log(sp.ndtr(z)) + (1 - Y01) * np.log(sp.ndtr(-z)))


@case("w:n", "X:5 n")
def probit_logndtr(w: Any, X: Any) -> Any:
    q = 2 * Y01 - 1
    return -np.sum(sp.log_ndtr(q * (X @ w)))


@case("w:n", "X:5 n", "y:5", "nu:", lo=0.5, hi=2)
def student_t(w: Any, X: Any, y: Any, nu: Any) -> Any:
    r = y - X @ w
    return np.sum((nu + 1) / 2 * np.log1p(r**2 / nu))


@case("w:n", "X:b n", "y:b")
def huber_where(w: Any, X: Any, y: Any) -> Any:
    r = y - X @ w
    return np.sum(np.where(np.abs(r) <= 0.5, 0.5 * r**2, 0.5 * (np.abs(r) - 0.25)))


@case("w:n", "X:b n", "y:b")
def quantile(w: Any, X: Any, y: Any) -> Any:
    r = y - X @ w
    return np.mean(np.maximum(0.3 * r, -0.7 * r))


@case("w:n", "X:b n", "y:b")
def logcosh(w: Any, X: Any, y: Any) -> Any:
    return np.sum(np.log(np.cosh(y - X @ w)))


@case("w:n", "X:5 n")
def hinge(w: Any, X: Any) -> Any:
    return np.mean(np.maximum(0, 1 - (2 * Y01 - 1) * (X @ w))) + 0.5 * np.linalg.norm(w) ** 2


@case("w:n", "X:5 n")
def sq_hinge_clip(w: Any, X: Any) -> Any:
    return np.sum(np.clip(1 - (2 * Y01 - 1) * (X @ w), 0, None) ** 2)


@case("x:b n", "y:m n", "ls:", lo=0.3, hi=1.2)
def rbf(x: Any, y: Any, ls: Any) -> Any:
    return np.exp(-np.sum((x[:, None, :] - y[None, :, :]) ** 2, axis=2) / (2 * ls**2))


@case("x:b n", "y:m n", lo=0.3, hi=1.2)
def poly_kernel(x: Any, y: Any) -> Any:
    return (x @ y.T + 1) ** 3


@case("x:b n", "y:m n", "ls:", lo=0.3, hi=1.2)
def matern32(x: Any, y: Any, ls: Any) -> Any:
    r = np.linalg.norm(x[:, None] - y[None], axis=-1) / ls
    return np.sum((1 + np.sqrt(3) * r) * np.exp(-np.sqrt(3) * r))


@case("x:b", "p:", "ls:", lo=0.3, hi=1.2)
def periodic(x: Any, p: Any, ls: Any) -> Any:
    return np.exp(-2 * np.sin(np.pi * np.abs(x[:, None] - x[None, :] + 0.01) / p) ** 2 / ls**2).sum()


@case("x:b n", "y:m n", lo=0.1)
def cosine_sim(x: Any, y: Any) -> Any:
    xn = x / np.linalg.norm(x, axis=1, keepdims=True)
    yn = y / np.linalg.norm(y, axis=1, keepdims=True)
    return xn @ yn.T


@case("x:n", "y:n")
def mahalanobis(x: Any, y: Any) -> Any:
    M = np.array([[2.0, 0.3, 0.1], [0.3, 1.0, 0.2], [0.1, 0.2, 3.0]])
    return np.sqrt((x - y) @ np.linalg.inv(M) @ (x - y))


@case("x:8", "w:3")
def conv_slices(x: Any, w: Any) -> Any:
    out = np.stack([np.sum(x[i : i + 3] * w) for i in range(6)])
    return np.sum(np.maximum(out, 0) ** 2)


@case("x:8", "w:3")
def conv_npconvolve(x: Any, w: Any) -> Any:
    return np.sum(np.convolve(x, w, mode="valid") ** 2)


@case("x:5 5", "w:2 2")
def conv2d_loop(x: Any, w: Any) -> Any:
    s = 0
    for i in range(2):
        for j in range(2):
            s = s + w[i, j] * x[i : i + 4, j : j + 4]
    return np.sum(np.tanh(s))


@case("x:2 5 5", "w:3 2 2 2")
def conv2d_im2col(x: Any, w: Any) -> Any:
    cols = np.stack([x[:, i : i + 2, j : j + 2].reshape(-1) for i in range(4) for j in range(4)], axis=1)
    return np.sum((w.reshape(3, -1) @ cols).reshape(3, 4, 4) ** 2)


@case("x:4 4")
def maxpool(x: Any) -> Any:
    return x.reshape(2, 2, 2, 2).max(axis=(1, 3)).sum()


@case("x:4 4")
def avgpool(x: Any) -> Any:
    return (x.reshape(2, 2, 2, 2).mean(axis=(1, 3)) ** 2).sum()


@case("A:2 2", "Q:2 2", "m0:2", "y:4 2", "C:2 2", lo=0.1, hi=0.8)
def kalman(A: Any, Q: Any, m0: Any, y: Any, C: Any) -> Any:
    m = m0
    P = np.eye(2)
    ll = 0
    R = 0.5 * np.eye(2)
    for t in range(4):
        m = A @ m
        P = A @ P @ A.T + Q @ Q.T
        S = C @ P @ C.T + R
        v = y[t] - C @ m
        K = P @ C.T @ np.linalg.inv(S)
        ll = ll - 0.5 * (v @ np.linalg.solve(S, v) + np.log(np.linalg.det(S)))
        m = m + K @ v
        P = (np.eye(2) - K @ C) @ P
    return ll


@case("A:3 3", "B:3 4", "p:3")
def hmm(A: Any, B: Any, p: Any) -> Any:
    obs = [0, 2, 1, 3, 0]
    lA = A - sp.logsumexp(A, axis=1, keepdims=True)
    lB = B - sp.logsumexp(B, axis=1, keepdims=True)
    a = p - sp.logsumexp(p) + lB[:, obs[0]]
    for o in obs[1:]:
        a = sp.logsumexp(a[:, None] + lA, axis=0) + lB[:, o]
    return sp.logsumexp(a)


@case("A:3 3", "B:3 4", "p:3", lo=0.1, hi=1)
def hmm_scaled(A: Any, B: Any, p: Any) -> Any:
    obs = [0, 2, 1, 3]
    a = p * B[:, 0]
    ll = 0.0
    for o in obs[1:]:
        c = np.sum(a)
        ll += np.log(c)
        a = a / c
        a = (A.T @ a) * B[:, o]
    return ll + np.log(a.sum())


@case("A:2 2", "x0:2")
def euler(A: Any, x0: Any) -> Any:
    x = x0
    dt = 0.1
    for _ in range(10):
        x = x + dt * np.tanh(A @ x)
    return x


@case("th:3", "x0:2", lo=0.2, hi=0.9)
def rk4_lotka(th: Any, x0: Any) -> Any:
    def f(x):
        return np.array([th[0] * x[0] - th[1] * x[0] * x[1], th[2] * x[0] * x[1] - x[1]])

    x = x0
    h = 0.1
    for _ in range(3):
        k1 = f(x)
        k2 = f(x + h / 2 * k1)
        k3 = f(x + h / 2 * k2)
        k4 = f(x + h * k3)
        x = x + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return np.sum(x**2)


@case("x:5")
def rosenbrock(x: Any) -> Any:
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2.0) ** 2.0 + (1 - x[:-1]) ** 2.0)


@case("x:4")
def rastrigin(x: Any) -> Any:
    return 10 * x.size + np.sum(x**2 - 10 * np.cos(2 * np.pi * x))


@case("x:n", lo=0.1)
def ackley(x: Any) -> Any:
    n = len(x)
    return -20 * np.exp(-0.2 * np.sqrt(np.sum(x**2) / n)) - np.exp(np.sum(np.cos(2 * np.pi * x)) / n) + 20 + np.e


@case("x:4", lo=0.1)
def griewank(x: Any) -> Any:
    i = np.arange(1, 5)
    return 1 + np.sum(x**2) / 4000 - np.prod(np.cos(x / np.sqrt(i)))


@case("x:2")
def himmelblau(x: Any) -> Any:
    return (x[0] ** 2 + x[1] - 11) ** 2 + (x[0] + x[1] ** 2 - 7) ** 2


@case("x:2")
def beale(x: Any) -> Any:
    a, b = x
    return (1.5 - a + a * b) ** 2 + (2.25 - a + a * b**2) ** 2 + (2.625 - a + a * b**3) ** 2


@case("A:n k", "B:m k", "C:h k", "T:n m h")
def cp(A: Any, B: Any, C: Any, T: Any) -> Any:
    return 0.5 * np.sum((T - np.einsum("ir,jr,kr->ijk", A, B, C)) ** 2)


@case("G:2 2 2", "A:n 2", "B:m 2", "C:h 2", "T:n m h")
def tucker(G: Any, A: Any, B: Any, C: Any, T: Any) -> Any:
    R = np.einsum("abc,ia,jb,kc->ijk", G, A, B, C, optimize=True)
    return np.linalg.norm((T - R).ravel()) ** 2


@case("We:n k", "Wd:k n", "X:b n", "eps:b k", "Ws:n k")
def vae(We: Any, Wd: Any, X: Any, eps: Any, Ws: Any) -> Any:
    mu = X @ We
    logvar = X @ Ws
    z = mu + np.exp(0.5 * logvar) * eps
    rec = 1 / (1 + np.exp(-z @ Wd))
    ll = -np.sum((X - rec) ** 2)
    kl = -0.5 * np.sum(1 + logvar - mu**2 - np.exp(logvar))
    return ll - kl


@case("w:n", "mu:n", "A:n n")
def portfolio(w: Any, mu: Any, A: Any) -> Any:
    Sig = A @ A.T
    return w @ mu - 0.5 * w @ Sig @ w - 0.1 * np.sum(np.abs(w))


@case("w:n", "mu:n", "A:n n", lo=0.2)
def sharpe(w: Any, mu: Any, A: Any) -> Any:
    wn = w / np.sum(w)
    return wn @ mu / np.sqrt(wn @ (A.T @ A) @ wn)


@case("w:n", "A:n n", lo=0.2)
def risk_parity(w: Any, A: Any) -> Any:
    S = A @ A.T
    rc_ = w * (S @ w)
    return np.sum((rc_[:, None] - rc_[None, :]) ** 2)


@case("W:n k", "X:b n")
def pca_recon(W: Any, X: Any) -> Any:
    return np.linalg.norm(X - X @ W @ W.T, "fro") ** 2 / X.shape[0]


@case("X:b n", "W:n n")
def ica(X: Any, W: Any) -> Any:
    return np.sum(np.log(np.cosh(X @ W))) - X.shape[0] * np.linalg.slogdet(W)[1]


@case("a:b n", "p:b n", "q:b n")
def triplet(a: Any, p: Any, q: Any) -> Any:
    return np.mean(np.maximum(np.sum((a - p) ** 2, 1) - np.sum((a - q) ** 2, 1) + 1.0, 0))


@case("I:4 n", "T:4 n", "tau:", lo=0.2)
def clip_loss(I: Any, T: Any, tau: Any) -> Any:
    i = I / np.linalg.norm(I, axis=1, keepdims=True)
    t = T / np.linalg.norm(T, axis=1, keepdims=True)
    L = i @ t.T * np.exp(tau)
    l1 = -np.mean(np.diag(L - sp.logsumexp(L, axis=1, keepdims=True)))
    l2 = -np.mean(np.diagonal(sp.log_softmax(L, axis=0)))
    return (l1 + l2) / 2


@case("Z:4 n", lo=0.1)
def simclr(Z: Any) -> Any:
    z = Z / np.sqrt(np.sum(Z * Z, axis=1, keepdims=True))
    s = z @ z.T / 0.5
    s = s - 1e9 * np.eye(4)
    pos = np.array([1, 0, 3, 2])
    return np.mean(np.log(np.sum(np.exp(s), axis=1)) - s[np.arange(4), pos])


@case("w:n", "X:5 n")
def focal(w: Any, X: Any) -> Any:
    p = expit(X @ w)
    pt = np.where(Y01 == 1, p, 1 - p)
    return -np.mean((1 - pt) ** 2 * np.log(pt))


@case("x:n", "y:n")
def contrastive(x: Any, y: Any) -> Any:
    d = np.linalg.norm(x - y)
    return 0.3 * d**2 + 0.7 * np.maximum(0, 2 - d) ** 2


@case("p:n", "q:n", lo=0.1)
def kl(p: Any, q: Any) -> Any:
    p = p / p.sum()
    q = q / q.sum()
    return np.sum(p * np.log(p / q))


@case("p:n", "q:n", lo=0.1)
def js(p: Any, q: Any) -> Any:
    m = 0.5 * (p + q)
    return 0.5 * np.sum(sp.rel_entr(p, m)) + 0.5 * np.sum(sp.rel_entr(q, m))


@case("p:n", "q:n", lo=0.1)
def hellinger(p: Any, q: Any) -> Any:
    return np.sqrt(np.sum((np.sqrt(p) - np.sqrt(q)) ** 2)) / np.sqrt(2)


@case("C:n m", "a:n", "b:m", lo=0.1)
def sinkhorn(C: Any, a: Any, b: Any) -> Any:
    K = np.exp(-C / 0.5)
    u = np.ones(3)
    for _ in range(3):
        v = b / (K.T @ u)
        u = a / (K @ v)
    return np.sum(u[:, None] * K * v[None, :] * C)


@case("x:n")
def cumprod_(x: Any) -> Any:
    return np.sum(np.exp(np.cumsum(np.log1p(x**2))))


@case("x:5")
def cumprod2(x: Any) -> Any:
    return np.sum(np.cumprod(1 + x))


@case("A:b 3 3", "b_:b 3")
def batched_solve(A: Any, b_: Any) -> Any:
    return np.linalg.solve(A @ np.swapaxes(A, 1, 2) + np.eye(3), b_[..., None])[..., 0]


@case("A:b 3 3", "B:b 3 2")
def batched_solve2(A: Any, B: Any) -> Any:
    return np.sum(np.linalg.solve(A + 3 * np.eye(3), B) ** 2)


@case("x:4", "y:4")
def stack_all(x: Any, y: Any) -> Any:
    return np.sum(np.stack([x, y, x * y]) ** 2) + np.sum(np.vstack([x, y]) @ np.ones(4)) + np.hstack([x, y]) @ np.arange(8.0)


@case("x:4")
def tile_repeat(x: Any) -> Any:
    return np.tile(x, (2, 1)).sum() + np.sum(np.repeat(x, 3) ** 2) + np.sum(np.repeat(x[:, None], 2, axis=1) @ np.ones(2))


@case("x:5")
def roll_flip_pad(x: Any) -> Any:
    return np.sum(x * np.roll(x, 1)) + x @ np.flip(x) + np.sum(np.pad(x, 2) ** 2) + np.sum(np.pad(x, (1, 2)) ** 2)


@case("x:4 5")
def pad2d(x: Any) -> Any:
    return np.sum(np.pad(x, ((1, 1), (0, 2)), mode="constant") ** 3)


@case("x:5")
def pad_edge(x: Any) -> Any:
    return np.sum(np.diff(np.pad(x, 1, mode="edge")) ** 2)


@case("x:6")
def take_(x: Any) -> Any:
    return np.sum(np.take(x, [0, 2, 2]) ** 2) + np.sum(x[[1, 3]] ** 3) + x[-1] * x[0]


@case("A:4 4")
def triu_tril(A: Any) -> Any:
    return np.sum(np.triu(A) @ np.tril(A, -1)) + np.sum(np.triu(A, 1) ** 2)


@case("x:6")
def diff_(x: Any) -> Any:
    return np.sum(np.diff(x) ** 2) + np.sum(np.diff(x, 2) ** 2)


@case("x:4", lo=0.2)
def prod_(x: Any) -> Any:
    return np.prod(x) + np.prod(np.cos(x))


@case("x:n m")
def norms(x: Any) -> Any:
    return (
        np.linalg.norm(x)
        + np.linalg.norm(x, 1)
        + np.linalg.norm(x, np.inf)
        + np.linalg.norm(x, axis=1).sum()
        + np.linalg.norm(x, ord=1, axis=0).sum()
    )


@case("x:n")
def pnorms(x: Any) -> Any:
    return np.linalg.norm(x, 3) + np.linalg.norm(x, ord=1) + np.linalg.norm(x, 4)


@case("X:3 4")
def nuc(X: Any) -> Any:
    return np.linalg.norm(X, "nuc") + np.linalg.norm(X, 2)


@case("X:5 3", "y:5", "lam:", lo=0.2)
def ridge_closed(X: Any, y: Any, lam: Any) -> Any:
    w = np.linalg.solve(X.T @ X + lam * np.eye(3), X.T @ y)
    return np.sum((y - X @ w) ** 2)


@case("X:5 3", "y:5")
def hat(X: Any, y: Any) -> Any:
    P = X @ np.linalg.pinv(X)
    return y @ P @ y


@case("X:5 3", "y:5")
def lstsq_(X: Any, y: Any) -> Any:
    w = np.linalg.lstsq(X, y, rcond=None)[0]
    return w.sum()


@case("x:n", "mu:k n", "ls:k", "pi:k")
def gmm(x: Any, mu: Any, ls: Any, pi: Any) -> Any:
    lp = pi - sp.logsumexp(pi) - 0.5 * np.sum((x - mu) ** 2, axis=1) / np.exp(2 * ls) - 3 * ls
    return sp.logsumexp(lp)


@case("X:b n", "mu:k n", "L:k n n", "pi:k", lo=0.2)
def gmm_full(X: Any, mu: Any, L: Any, pi: Any) -> Any:
    d = X[:, None, :] - mu[None]
    P = np.einsum("kij,klj->kil", L, L) + np.eye(3)
    q = np.einsum("bki,kij,bkj->bk", d, P, d)
    lp = np.log(pi / pi.sum()) + 0.5 * np.linalg.slogdet(P)[1] - 0.5 * q
    return np.sum(np.log(np.sum(np.exp(lp), axis=1)))


@case("U:n k", "V:m k")
def matfac(U: Any, V: Any) -> Any:
    R = np.arange(12.0).reshape(3, 4) / 5
    M = R > 0.5
    return np.sum(M * (R - U @ V.T) ** 2) + 0.1 * (np.sum(U**2) + np.sum(V**2))


@case("W:n n")
def notears(W: Any) -> Any:
    return np.trace(sl.expm(W * W)) - W.shape[0]


@case("W:3 3")
def notears_poly(W: Any) -> Any:
    return np.trace(np.linalg.matrix_power(np.eye(3) + W * W / 3, 3)) - 3


@case("x:b n")
def vicreg(x: Any) -> Any:
    xc = x - x.mean(0)
    c = xc.T @ xc / (x.shape[0] - 1)
    off = np.sum(c**2) - np.sum(np.diag(c) ** 2)
    return off + np.mean(np.maximum(0, 1 - np.sqrt(x.var(axis=0) + 1e-4)))


@case("x:b n", "y:b n")
def barlow(x: Any, y: Any) -> Any:
    xn = (x - x.mean(0)) / x.std(0)
    yn = (y - y.mean(0)) / y.std(0)
    c = xn.T @ yn / x.shape[0]
    return np.sum((np.diagonal(c) - 1) ** 2)


@case("x:5", "y:5")
def pearson(x: Any, y: Any) -> Any:
    xm = x - np.mean(x)
    ym = y - np.mean(y)
    return np.sum(xm * ym) / np.sqrt(np.sum(xm**2) * np.sum(ym**2))


@case("x:5 3")
def cov_(x: Any) -> Any:
    return np.sum(np.cov(x, rowvar=False) ** 2)


@case("x:5 3")
def corrcoef_(x: Any) -> Any:
    return np.sum(np.corrcoef(x.T) ** 2)


@case("x:b", "y:b", lo=0.1)
def ccc(x: Any, y: Any) -> Any:
    return 2 * np.mean((x - x.mean()) * (y - y.mean())) / (np.var(x) + np.var(y) + (x.mean() - y.mean()) ** 2)


@case("x:4 3", lo=0.1)
def gmean(x: Any) -> Any:
    return np.exp(np.mean(np.log(x), axis=0))
