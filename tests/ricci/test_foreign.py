"""Arrays of JAX and torch, given to expressions and functions that were made for no backend in particular."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import ricci as rc

RNG = np.random.default_rng(3)
ARRAYS = {"A": RNG.normal(size=(4, 4)), "x": RNG.normal(size=4)}
BATCH = RNG.normal(size=(3, 4))
EXPRESSIONS = {
    "gradient": lambda f: rc.grad(f, "x"),
    "hessian": lambda f: rc.hessian(f, "x"),
    "doubled": lambda f: rc.jacobian(rc.parse("x.^2 + tanh(x)", x="n"), "x"),
    "tripled": lambda f: rc.hessian(rc.parse("sin(x)", x="n"), "x"),
    "unit": lambda f: rc.grad(rc.parse("norm2(A*x)", A="n n", x="n"), "x"),
    "broadcast": lambda f: rc.trace(lambda A, x: A - x * x.sum(), A="n n", x="n"),
}


@pytest.fixture(params=EXPRESSIONS)
def expression(request: pytest.FixtureRequest) -> Any:
    return EXPRESSIONS[request.param](rc.parse("log(1 + exp(x'*A*x)) + x'*inv(A)*x", A="n n", x="n"))


def test_torch_in_torch_out(expression: Any) -> None:
    torch: Any = pytest.importorskip("torch")
    given = {name: torch.tensor(ARRAYS[name], requires_grad=True) for name in expression.variables}
    want = expression(**{name: ARRAYS[name] for name in given})
    found = expression(**given)
    assert isinstance(found, torch.Tensor)
    np.testing.assert_allclose(found.detach().numpy(), want, rtol=1e-9, atol=1e-12)
    found.sum().backward()
    assert all(torch.isfinite(array.grad).all() for array in given.values())
    function = rc.compile(expression)
    np.testing.assert_allclose(function(**given).detach().numpy(), want, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(function(**{name: ARRAYS[name] for name in given}), want, rtol=1e-9, atol=1e-12)


@pytest.mark.filterwarnings("ignore:.*torch.jit.script")
def test_torch_maps_and_differentiates(expression: Any) -> None:
    torch: Any = pytest.importorskip("torch")
    function = rc.compile(expression)
    others = {name: torch.tensor(ARRAYS[name]) for name in expression.variables if name != "x"}
    points = torch.tensor(BATCH)
    mapped = torch.func.vmap(lambda x: function(x=x, **others))(points)
    one_by_one = torch.stack([function(x=x, **others) for x in points])
    torch.testing.assert_close(mapped, one_by_one)
    torch.testing.assert_close(
        torch.func.jacfwd(lambda x: function(x=x, **others))(points[0]),
        torch.func.jacrev(lambda x: function(x=x, **others))(points[0]),
    )


def test_torch_stays_on_its_device(expression: Any) -> None:
    """The meta device stands for a GPU: it has shapes, no entries, and mixes with no other."""
    torch: Any = pytest.importorskip("torch")
    given = {name: torch.tensor(ARRAYS[name], device="meta") for name in expression.variables}
    found = expression(**given)
    assert found.device.type == "meta"
    assert tuple(found.shape) == expression(**{name: ARRAYS[name] for name in given}).shape


def test_jax_in_jax_out(expression: Any) -> None:
    jax: Any = pytest.importorskip("jax")
    given = {name: jax.numpy.asarray(ARRAYS[name]) for name in expression.variables}
    want = expression(**{name: ARRAYS[name] for name in given})
    found = expression(**given)
    assert isinstance(found, jax.Array)
    np.testing.assert_allclose(found, want, rtol=2e-4, atol=2e-4)
    function = rc.compile(expression)
    np.testing.assert_allclose(jax.jit(lambda arrays: function(**arrays))(given), want, rtol=2e-4, atol=2e-4)
    others = {name: array for name, array in given.items() if name != "x"}
    mapped = jax.vmap(lambda x: function(x=x, **others))(jax.numpy.asarray(BATCH))
    np.testing.assert_allclose(mapped[0], function(x=BATCH[0], **others), rtol=2e-4, atol=2e-4)


def test_what_does_not_mix_or_fit_is_refused() -> None:
    torch: Any = pytest.importorskip("torch")
    f = rc.parse("x'*S*x", S="n n symmetric", x="n")
    S, x = torch.eye(3), torch.ones(3)
    with pytest.raises(rc.OperandError, match=r"numpy.*torch|torch.*numpy"):
        f(S=S, x=np.ones(3))
    with pytest.raises(rc.OperandError, match="symmetric"):
        f(S=torch.tensor([[1.0, 2, 0], [0, 1, 0], [0, 0, 1]]), x=x)
    with pytest.raises(rc.SizeError):
        f(S=S, x=torch.ones(4))
    with pytest.raises(rc.UnknownName):
        f(S=S, x=x, y=x)
    with pytest.raises(rc.OperandError, match="torch"):
        rc.compile(f, "numpy")(S=S, x=x)
    with pytest.raises(rc.LimitError):
        rc.compile(rc.parse("x*x'", x="n"), memory_limit=100)(x=x.repeat(100))
    assert float(f(S=S, x=[1, 2, 3])) == 14
