"""Programs for JAX and torch: arrays of the backend in and out, gradients flow, transformations work."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import ricci as rc

RNG = np.random.default_rng(9)
A, x = RNG.normal(size=(4, 4)), RNG.normal(size=4)


def quadratic() -> list[rc.Expr]:
    f = rc.parse("log(1 + exp(x'*A*x))", A="n n", x="n")
    g = rc.grad(f, "x")
    assert isinstance(g, rc.Expr)
    return [f, g]


def test_jax_differentiates_maps_and_compiles_our_programs() -> None:
    jax: Any = pytest.importorskip("jax")
    value, gradient = (rc.compile(e, "jax") for e in quadratic())
    theirs = jax.grad(lambda v: value(A=A, x=v))(jax.numpy.asarray(x))
    ours = gradient(A=A, x=jax.numpy.asarray(x))
    assert isinstance(ours, jax.Array)
    np.testing.assert_allclose(ours, theirs, rtol=1e-4)
    many = jax.vmap(lambda v: value(A=A, x=v))(jax.numpy.asarray(RNG.normal(size=(3, 4))))
    assert many.shape == (3,)
    again = jax.jit(lambda v: gradient(A=A, x=v))(jax.numpy.asarray(x))
    np.testing.assert_allclose(again, ours, rtol=1e-5)
    with pytest.raises(rc.SizeError, match="shape"):
        gradient(A=A, x=np.ones(3))


def test_sizes_may_be_given_to_jax() -> None:
    pytest.importorskip("jax")
    f = rc.parse("A'*A + eye(m)", A="n m")
    np.testing.assert_allclose(rc.compile(f, "jax")(A=A), A.T @ A + np.eye(4), rtol=1e-4)


def test_torch_differentiates_our_programs() -> None:
    torch: Any = pytest.importorskip("torch")
    value, gradient = (rc.compile(e, "torch") for e in quadratic())
    point = torch.tensor(x, requires_grad=True)
    value(A=torch.tensor(A), x=point).backward()
    ours = gradient(A=torch.tensor(A), x=point.detach())
    assert isinstance(ours, torch.Tensor)
    np.testing.assert_allclose(ours.numpy(), point.grad.numpy(), rtol=1e-10)
    assert gradient(A=torch.tensor(A).float(), x=point.detach().float()).dtype == torch.float32
    hessian = rc.hessian(rc.parse("norm2(T-U*V')^2", T="d d", U="d k", V="d k"), "U")
    arrays = {"T": RNG.normal(size=(3, 3)), "U": RNG.normal(size=(3, 2)), "V": RNG.normal(size=(3, 2))}
    found = rc.compile(hessian, "torch")(**{k: torch.tensor(a) for k, a in arrays.items()})
    np.testing.assert_allclose(found.numpy(), rc.evaluate(hessian, **arrays), rtol=1e-10)
