"""More of what is measured: attention, curvature blocks, third and fourth derivatives, Jacobians of layers."""

from __future__ import annotations

import numpy as np

import ricci as rc
from benchmarks.workloads import normal, square, vector, workload

# ---- attention


def attention(Q, K, V):
    scores = np.exp(Q @ K.T)
    return (scores / scores.sum(-1, keepdims=True)) @ V


attention_arrays = normal(Q=lambda n: (n, 32), K=lambda n: (n, 32), V=lambda n: (n, 32), dQ=lambda n: (n, 32))


@workload(
    "attention_jvp", (16, 64, 256), lambda rng, n: {k: a / 4 for k, a in attention_arrays(rng, n).items()},
    lambda n: [rc.jvp(rc.trace(attention, Q="n d", K="n d", V="n d"), "Q")],
    lambda jax, jnp: lambda Q, K, V, dQ: [jax.jvp(lambda Q: jax.nn.softmax(Q @ K.T) @ V, (Q,), (dQ,))[1]],
)  # fmt: skip
def attention_jvp(Q, K, V, dQ):
    Z = Q.dot(K.T)
    Z -= Z.max(1, keepdims=True)
    P = np.exp(Z, out=Z)
    P /= P.sum(1, keepdims=True)
    dZ = dQ.dot(K.T)
    dZ *= P
    dZ -= P * dZ.sum(1, keepdims=True)
    return [dZ.dot(V)]


# ---- curvature of a softmax layer: features X, weights W, one row of X for every sample

CLASSES = 10


def layer_arrays(rng, n):
    Y = np.eye(CLASSES)[rng.integers(CLASSES, size=4 * n)]
    return {"X": rng.normal(size=(4 * n, n)) / np.sqrt(n), "W": rng.normal(size=(n, CLASSES)), "Y": Y}


def probabilities(X, W):
    Z = X.dot(W)
    Z -= Z.max(1, keepdims=True)
    P = np.exp(Z, out=Z)
    P /= P.sum(1, keepdims=True)
    return P


def layer(X, W):
    scores = np.exp(X @ W)
    return scores / scores.sum(-1, keepdims=True)


LAYER = {"X": "b n", "W": "n c"}


def ggn(n):
    p = rc.trace(layer, **LAYER)
    X, Y = rc.tensor("X", "b n"), rc.tensor("Y", "b c")
    loss = rc.trace(lambda X, W, Y: np.log(np.exp(X @ W).sum(-1)).sum() - (Y * (X @ W)).sum(), **LAYER, Y="b c")
    return [rc.hessian(loss, "W")], (p, X, Y)


@workload(
    "ggn_block", (10, 20, 100), layer_arrays, lambda n: ggn(n)[0],
    lambda jax, jnp: lambda X, W, Y: [
        jax.hessian(lambda W: jnp.sum(jax.scipy.special.logsumexp(X @ W, 1)) - jnp.sum(Y * (X @ W)))(W)
    ],
)  # fmt: skip
def ggn_block(X, W, Y):
    b, n = X.shape
    P = probabilities(X, W)
    c = P.shape[1]
    S = -P[:, :, None] * P[:, None, :]
    S.reshape(b, c * c)[:, :: c + 1] += P
    pairs = (X[:, :, None] * X[:, None, :]).reshape(b, n * n)
    H = pairs.T.dot(S.reshape(b, c * c)).reshape(n, n, c, c)
    return [np.ascontiguousarray(H.transpose(0, 2, 1, 3))]


def kfac(n):
    A = rc.parse("X'*X", X="b n")
    G = rc.trace(lambda X, W, Y: (layer(X, W) - Y).T @ (layer(X, W) - Y), **LAYER, Y="b c")
    return [A, G]


@workload("kfac_factors", (10, 20, 100), layer_arrays, kfac)
def kfac_factors(X, W, Y):
    G = probabilities(X, W) - Y
    return [X.T.dot(X), G.T.dot(G)]


def fisher(n):
    return [rc.trace(lambda X, W, Y: np.einsum("bi,bk,bj,bl->ijkl", X, X, layer(X, W) - Y, layer(X, W) - Y),
                     **LAYER, Y="b c")]  # fmt: skip


@workload("fisher_persample", (10, 20, 100), layer_arrays, fisher)
def fisher_persample(X, W, Y):
    b, n = X.shape
    G = probabilities(X, W) - Y
    J = (X[:, :, None] * G[:, None, :]).reshape(b, n * G.shape[1])
    return [J.T.dot(J).reshape(n, G.shape[1], n, G.shape[1])]


# ---- third and fourth derivatives


@workload(
    "cubic_third", (10, 30, 60), normal(T=lambda n: (n, n, n), x=vector),
    lambda n: [rc.derivative(rc.parse("T_ijk x_i x_j x_k", T="n n n", x="n"), "x", "x", "x")],
    lambda jax, jnp: lambda T, x: [
        jax.jacfwd(jax.hessian(lambda x: jnp.einsum("ijk,i,j,k", T, x, x, x)))(x)
    ],
)  # fmt: skip
def cubic_third(T, x):
    S = T + T.transpose(0, 2, 1)
    out = S + S.transpose(1, 0, 2)
    out += S.transpose(1, 2, 0)
    return [out]


@workload(
    "cp3_third", (10, 30, 100), normal(A=square, x=vector),
    lambda n: [rc.derivative(rc.parse("sum((A*x).^3)", A="p n", x="n"), "x", "x", "x")],
    lambda jax, jnp: lambda A, x: [jax.jacfwd(jax.hessian(lambda x: jnp.sum((A @ x) ** 3)))(x)],
)  # fmt: skip
def cp3_third(A, x):
    p, n = A.shape
    pairs = (A[:, :, None] * A[:, None, :]).reshape(p, n * n)
    return [(6 * A).T.dot(pairs).reshape(n, n, n)]


@workload(
    "net_fourth", (5, 10, 20), normal(A=square, x=vector, u=vector),
    lambda n: [rc.derivative(rc.parse("u'*tanh(A*x)", A="m n", x="n", u="m"), "x", "x", "x", "x")],
    lambda jax, jnp: lambda A, u, x: [
        jax.jacfwd(jax.jacfwd(jax.hessian(lambda x: u @ jnp.tanh(A @ x))))(x)
    ],
)  # fmt: skip
def net_fourth(A, u, x):
    m, n = A.shape
    t = np.tanh(A.dot(x))
    d = 1 - t * t
    c = u * d * t * (16 - 24 * t * t)
    pairs = (A[:, :, None] * A[:, None, :]).reshape(m, n * n)
    return [(pairs.T * c).dot(pairs).reshape(n, n, n, n)]


# ---- Jacobians of layers


@workload(
    "softmax_jac", (10, 100, 1000), normal(x=vector), lambda n: [rc.jacobian(rc.parse("softmax(x)", x="n"), "x")],
    lambda jax, jnp: lambda x: [jax.jacobian(jax.nn.softmax)(x)],
)  # fmt: skip
def softmax_jac(x):
    e = np.exp(x - x.max())
    p = e / e.sum()
    J = p[:, None] * -p
    J.ravel()[:: len(p) + 1] += p
    return [J]


@workload(
    "layer_jac", (10, 100, 1000), normal(A=square, x=vector),
    lambda n: [rc.jacobian(rc.parse("tanh(A*x)", A="m n", x="n"), "x")],
    lambda jax, jnp: lambda A, x: [jax.jacobian(lambda x: jnp.tanh(A @ x))(x)],
)  # fmt: skip
def layer_jac(A, x):
    t = np.tanh(A.dot(x))
    return [(1 - t * t)[:, None] * A]


# ---- squared distances of all pairs of points


def distances(X):
    return (((X[:, None] - X) ** 2).sum(-1) ** 2).sum()


@workload(
    "distances_hess", (5, 20, 60), normal(X=lambda n: (n, 3)),
    lambda n: [rc.hessian(rc.trace(distances, X="n d"), "X")],
    lambda jax, jnp: lambda X: [jax.hessian(lambda X: jnp.sum(jnp.sum((X[:, None] - X) ** 2, -1) ** 2))(X)],
)  # fmt: skip
def distances_hess(X):
    D = X[:, None] - X
    s = (D * D).sum(-1)
    blocks = -16 * D[:, :, :, None] * D[:, :, None, :]
    np.einsum("abii->abi", blocks)[...] -= 8 * s[:, :, None]
    H = np.ascontiguousarray(blocks.transpose(0, 2, 1, 3))
    np.einsum("ijil->ijl", H)[...] = -blocks.sum(1)
    return [H]
