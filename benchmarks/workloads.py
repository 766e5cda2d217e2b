"""What is measured: derivatives, as our expressions, as an expert's NumPy, and as a JAX function.

A workload names arrays for a size, builds our expressions, and computes the same values by hand. The hand-written NumPy
is what an expert writes who knows the derivative: no framework, no needless copy, factorisations shared.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import ricci as rc

Arrays = dict[str, np.ndarray]
WORKLOADS: list[Workload] = []


@dataclass(frozen=True)
class Workload:
    """One row of the table for every size. `jax` makes, from (jax, jax.numpy), a function of the arrays by name.

    Of a `core` our result stays compressed, an operator; its dense form is compared with what `core` returns.
    """

    name: str
    sizes: tuple[int, ...]
    arrays: Callable[[np.random.Generator, int], Arrays]
    ours: Callable[[int], list[rc.Expr]]
    expert: Callable[..., list[Any]]
    jax: Callable[[Any, Any], Callable[..., Any]] | None = None
    core: Callable[..., list[Any]] | None = None


def workload(name: str, sizes: tuple[int, ...], arrays: Any, ours: Any, jax: Any = None, core: Any = None) -> Any:
    """Register the decorated function as the expert's of that workload."""

    def register(expert: Callable[..., list[Any]]) -> Callable[..., list[Any]]:
        WORKLOADS.append(Workload(name, sizes, arrays, ours, expert, jax, core))
        return expert

    return register


def normal(**shapes: Callable[[int], tuple[int, ...]]) -> Any:
    """Normal arrays of the shapes that the functions give for a size."""
    return lambda rng, n: {name: rng.normal(size=shape(n)) for name, shape in shapes.items()}


def vector(n: int) -> tuple[int, ...]:
    return (n,)


def square(n: int) -> tuple[int, ...]:
    return (n, n)


# ---- quadratic form

quad = normal(A=square, x=vector)


def quad_form(n: int) -> rc.Expr:
    return rc.parse("x'*A*x", A="n n", x="n")


@workload(
    "quad_grad", (10, 100, 1000), quad, lambda n: [rc.grad(quad_form(n), "x")],
    lambda jax, jnp: lambda A, x: [jax.grad(lambda x: x @ A @ x)(x)],
)  # fmt: skip
def quad_grad(A, x):
    return [A.dot(x) + x.dot(A)]


@workload(
    "quad_hess", (10, 100, 1000), quad, lambda n: [rc.hessian(quad_form(n), "x")],
    lambda jax, jnp: lambda A, x: [jax.hessian(lambda x: x @ A @ x)(x)],
)  # fmt: skip
def quad_hess(A, x):
    return [A + A.T]


# ---- logistic regression


def logreg_arrays(rng: np.random.Generator, n: int) -> Arrays:
    return {
        "X": rng.normal(size=(2 * n, n)) / np.sqrt(n),
        "w": rng.normal(size=n),
        "y": np.sign(rng.normal(size=2 * n)),
    }


def logreg(n: int) -> rc.Expr:
    return rc.parse("sum(log(1+exp(-y.*(X*w))))", X="m n", w="n", y="m")


def logreg_jax(jnp):
    return lambda w, X, y: jnp.sum(jnp.logaddexp(0, -y * (X @ w)))


@workload(
    "logreg_vg", (10, 100, 1000), logreg_arrays, lambda n: list(rc.value_and_grad(logreg(n), "w")),
    lambda jax, jnp: lambda X, w, y: jax.value_and_grad(logreg_jax(jnp))(w, X, y),
)  # fmt: skip
def logreg_vg(X, w, y):
    z = -y * X.dot(w)
    e = np.exp(-np.abs(z))
    value = (np.maximum(z, 0) + np.log1p(e)).sum()
    s = np.where(z >= 0, 1.0, e) / (1 + e)
    return [value, -X.T.dot(y * s)]


@workload(
    "logreg_hess", (10, 100, 1000), logreg_arrays, lambda n: [rc.hessian(logreg(n), "w")],
    lambda jax, jnp: lambda X, w, y: [jax.hessian(logreg_jax(jnp))(w, X, y)],
)  # fmt: skip
def logreg_hess(X, w, y):
    s = 1 / (1 + np.exp(y * X.dot(w)))
    Y = (np.abs(y) * np.sqrt(s * (1 - s)))[:, None] * X
    return [Y.T.dot(Y)]


def logreg_hvp_arrays(rng: np.random.Generator, n: int) -> Arrays:
    return logreg_arrays(rng, n) | {"dw": rng.normal(size=n)}


@workload(
    "logreg_hvp", (10, 100, 1000), logreg_hvp_arrays, lambda n: [rc.hvp(logreg(n), "w")],
    lambda jax, jnp: lambda X, w, y, dw: [jax.jvp(lambda w: jax.grad(logreg_jax(jnp))(w, X, y), (w,), (dw,))[1]],
)  # fmt: skip
def logreg_hvp(X, w, y, dw):
    s = 1 / (1 + np.exp(y * X.dot(w)))
    return [X.T.dot(y * y * s * (1 - s) * X.dot(dw))]


# ---- matrix factorisation

matfac_arrays = normal(T=square, U=lambda n: (n, 5), V=lambda n: (n, 5))


def matfac(n: int) -> rc.Expr:
    return rc.parse("norm2(T-U*V')^2", T="d d", U="d k", V="d k")


def matfac_jax(jnp):
    return lambda U, V, T: jnp.sum((T - U @ V.T) ** 2)


@workload(
    "matfac_vg", (50, 100, 200), matfac_arrays, lambda n: list(rc.value_and_grad(matfac(n), "U")),
    lambda jax, jnp: lambda T, U, V: jax.value_and_grad(matfac_jax(jnp))(U, V, T),
)  # fmt: skip
def matfac_vg(T, U, V):
    R = U.dot(V.T)
    R -= T
    r = R.ravel()
    return [r.dot(r), 2 * R.dot(V)]


@workload(
    "matfac_hess", (50, 100, 200), matfac_arrays, lambda n: [rc.hessian(matfac(n), "U")],
    lambda jax, jnp: lambda T, U, V: [jax.hessian(matfac_jax(jnp))(U, V, T)],
)  # fmt: skip
def matfac_hess(T, U, V):
    d, k = U.shape
    H = np.zeros((d, k, d, k))
    np.einsum("ijil->ijl", H)[...] = 2 * V.T.dot(V)
    return [H]


@workload("matfac_core", (50, 100, 200), matfac_arrays, lambda n: [rc.hessian(matfac(n), "U")], core=matfac_hess)
def matfac_core(T, U, V):
    return [2 * V.T.dot(V)]


# ---- networks: 10 dense layers, derivatives by the weight of the first

LAYERS = 10


def net_arrays(rng: np.random.Generator, n: int) -> Arrays:
    weights = {f"W{k}": rng.normal(size=(n, n)) / np.sqrt(n) for k in range(1, LAYERS + 1)}
    return {**weights, "x": rng.normal(size=n), "y": np.abs(rng.dirichlet(np.ones(n)))}


def net(kind: str) -> rc.Expr:
    layers = "x"
    for k in range(1, LAYERS + 1):
        layers = f"W{k}*{layers}" if kind == "relu" and k == LAYERS else f"{kind}(W{k}*{layers})"
    loss = f"logsumexp({layers}) - y'*({layers})" if kind == "relu" else f"norm2({layers} - y)^2"
    return rc.parse(loss, **{f"W{k}": "n n" for k in range(1, LAYERS + 1)}, x="n", y="n")


def net_jax(jax, jnp, kind):
    def loss(W1, others, x, y):
        h = x
        for k, W in enumerate((W1, *others), 1):
            h = W @ h
            if kind == "tanh":
                h = jnp.tanh(h)
            elif k < LAYERS:
                h = jnp.maximum(h, 0)
        return jnp.sum((h - y) ** 2) if kind == "tanh" else jax.scipy.special.logsumexp(h) - y @ h

    return loss


def net_jax_hessian(kind):
    def make(jax, jnp):
        def run(x, y, W1, **others):
            return [jax.hessian(net_jax(jax, jnp, kind))(W1, tuple(others.values()), x, y)]

        return run

    return make


def tanh_forward(x, W):
    hs = [x]
    for w in W:
        hs.append(np.tanh(w.dot(hs[-1])))
    return hs


@workload(
    "tanhnet_vg", (10, 50, 200), net_arrays, lambda n: list(rc.value_and_grad(net("tanh"), "W1")),
    lambda jax, jnp: lambda x, y, W1, **o: jax.value_and_grad(net_jax(jax, jnp, "tanh"))(W1, tuple(o.values()), x, y),
)  # fmt: skip
def tanhnet_vg(x, y, **W):
    weights = list(W.values())
    hs = tanh_forward(x, weights)
    r = hs[-1] - y
    g = 2 * r
    for h, w in zip(hs[:1:-1], weights[:0:-1], strict=True):
        g = (g * (1 - h * h)).dot(w)
    g = g * (1 - hs[1] * hs[1])
    return [r.dot(r), g[:, None] * x]


def first_layer_hessian(core, x):
    n = len(x)
    H = np.empty((n, n, n, n))
    np.multiply(core[:, None, :, None], (x[:, None] * x)[:, None, :], out=H)
    return H


def tanh_core(x, y, weights):
    """The Hessian by the first layer's pre-activation: Jacobians forward, curvature of every layer on the way."""
    hs = tanh_forward(x, weights)
    slopes = [1 - h * h for h in hs[1:]]
    grads = [2 * (hs[-1] - y)]
    for d, w in zip(slopes[:0:-1], weights[:0:-1], strict=True):
        grads.append((grads[-1] * d).dot(w))
    grads.reverse()
    J = np.diag(slopes[0])
    core = np.diag(-2 * grads[0] * hs[1] * slopes[0])
    for k in range(1, LAYERS):
        P = weights[k].dot(J)
        core += (P.T * (-2 * grads[k] * hs[k + 1] * slopes[k])).dot(P)
        J = slopes[k][:, None] * P
    return core + 2 * J.T.dot(J)


@workload("tanhnet_hess", (5, 10, 20, 40), net_arrays, lambda n: [rc.hessian(net("tanh"), "W1")], net_jax_hessian("tanh"))
def tanhnet_hess(x, y, **W):
    return [first_layer_hessian(tanh_core(x, y, list(W.values())), x)]


@workload("tanhnet_core", (20, 40), net_arrays, lambda n: [rc.hessian(net("tanh"), "W1")], core=tanhnet_hess)
def tanhnet_core(x, y, **W):
    return [tanh_core(x, y, list(W.values())), x]


@workload("relunet_hess", (5, 10, 20, 40), net_arrays, lambda n: [rc.hessian(net("relu"), "W1")], net_jax_hessian("relu"))
def relunet_hess(x, y, **W):
    weights = list(W.values())
    h, J = x, None
    for k, w in enumerate(weights):
        h = w.dot(h)
        J = np.eye(len(x)) if J is None else w.dot(J)
        if k < LAYERS - 1:
            step = h > 0
            h = h * step
            J = step[:, None] * J
    e = np.exp(h - h.max())
    p = e / e.sum()
    pJ = p.dot(J)
    return [first_layer_hessian((J.T * p).dot(J) - pJ[:, None] * pJ, x)]


# ---- matrices


def matrix_arrays(rng: np.random.Generator, n: int) -> Arrays:
    return {"X": rng.normal(size=(n, n)) / np.sqrt(n) + 2 * np.eye(n)}


@workload(
    "logdet_hess", (10, 30, 50), matrix_arrays, lambda n: [rc.hessian(rc.parse("logdet(X)", X="n n"), "X")],
    lambda jax, jnp: lambda X: [jax.hessian(lambda X: jnp.linalg.slogdet(X)[1])(X)],
)  # fmt: skip
def logdet_hess(X):
    Y = np.linalg.inv(X)
    return [np.multiply(-Y.T[:, None, None, :], Y[None, :, :, None])]


@workload(
    "inv_jac", (10, 30, 50), matrix_arrays, lambda n: [rc.jacobian(rc.parse("inv(X)", X="n n"), "X")],
    lambda jax, jnp: lambda X: [jax.jacobian(jnp.linalg.inv)(X)],
)  # fmt: skip
def inv_jac(X):
    Y = np.linalg.inv(X)
    return [np.multiply(-Y[:, None, :, None], Y.T[None, :, None, :])]


trax = normal(A=square, B=square, X=square)


def traxbx(n: int) -> rc.Expr:
    return rc.parse("tr(A*X*B*X')", A="n n", B="n n", X="n n")


@workload(
    "traxbx_vg", (30, 100, 300), trax, lambda n: list(rc.value_and_grad(traxbx(n), "X")),
    lambda jax, jnp: lambda A, B, X: jax.value_and_grad(lambda X: jnp.trace(A @ X @ B @ X.T))(X),
)  # fmt: skip
def traxbx_vg(A, B, X):
    XB = X.dot(B)
    G = A.dot(XB)
    value = G.ravel().dot(X.ravel())
    G += A.T.dot(X.dot(B.T))
    return [value, G]


@workload(
    "traxbx_hess", (10, 30, 50), trax, lambda n: [rc.hessian(traxbx(n), "X")],
    lambda jax, jnp: lambda A, B, X: [jax.hessian(lambda X: jnp.trace(A @ X @ B @ X.T))(X)],
)  # fmt: skip
def traxbx_hess(A, B, X):
    n = len(A)
    left = np.stack([A.ravel(), A.T.ravel()], 1)
    right = np.stack([B.T.ravel(), B.ravel()])
    return [np.ascontiguousarray(left.dot(right).reshape(n, n, n, n).transpose(0, 2, 1, 3))]


def gauss_arrays(rng: np.random.Generator, n: int) -> Arrays:
    L = rng.normal(size=(n, n)) / np.sqrt(n)
    return {"S": L.dot(L.T) + np.eye(n), "m": rng.normal(size=n), "x": rng.normal(size=n)}


def gauss(n: int) -> rc.Expr:
    return rc.parse("-(x-m)'*inv(S)*(x-m)/2 - logdet(S)/2", S="n n spd", x="n", m="n")


def gauss_value_and_gradients(n: int) -> list[rc.Expr]:
    value, gradients = rc.value_and_grad(gauss(n), ["m", "S"])
    return [value, *gradients]


def gauss_jax(jnp):
    return lambda m, S, x: -(x - m) @ jnp.linalg.solve(S, x - m) / 2 - jnp.linalg.slogdet(S)[1] / 2


@workload(
    "gauss_vg", (10, 30, 100, 300), gauss_arrays, gauss_value_and_gradients,
    lambda jax, jnp: lambda S, m, x: jax.tree.leaves(jax.value_and_grad(gauss_jax(jnp), (0, 1))(m, S, x)),
)  # fmt: skip
def gauss_vg(S, m, x):
    n = len(x)
    r = x - m
    L = np.linalg.cholesky(S)
    P = np.linalg.inv(L)
    P = P.T.dot(P)
    a = P.dot(r)
    value = -r.dot(a) / 2 - np.log(L.ravel()[:: n + 1]).sum()
    P *= -0.5
    P += 0.5 * a[:, None] * a
    return [value, a, P]


@workload(
    "gauss_hess", (10, 30, 60), gauss_arrays, lambda n: list(rc.hessian(gauss(n), ["m", "S"])[0]),
)  # fmt: skip
def gauss_hess(S, m, x):
    P = np.linalg.inv(S)
    a = P.dot(x - m)
    T = P[:, :, None] * a
    return [-P, -(T + T.transpose(0, 2, 1)) / 2]
