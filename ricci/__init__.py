"""ricci: tensor calculus in index notation.

A formula - as matrices, indices, an einsum string, Python operators or a NumPy function - is stored as a tensor network, and
differentiated by removing a node from the network. The derivative comes back as a formula, as einsum strings, as code, as a
matrix in the layout you want, or as numbers.
"""

import sys
from typing import TYPE_CHECKING, NoReturn

from ricci import methods as methods  # gives `Expr` the methods that lead to rooms above it
from ricci.calling import MissingFunction, fn
from ricci.derivations.derivation import Derivation, Step
from ricci.derivations.stepwise import steps
from ricci.derivatives.curvature import (
    KroneckerFactors,
    fisher,
    gauss_newton,
    gauss_newton_product,
    kronecker_factors,
    residuals,
    sum_of_squares_curvature,
)
from ricci.derivatives.derive import (
    derivative,
    differential,
    divergence,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    laplacian,
    value_and_grad,
    vjp,
)
from ricci.derivatives.differentials import Differential, identify
from ricci.derivatives.manifolds import riemannian_gradient
from ricci.expr import Expr, Provenance, tensor, tensors
from ricci.legends import legend
from ricci.notation.hints import elsewhere
from ricci.notation.index.operators import Index, indices
from ricci.notation.numpy.protocols import MissingMethod
from ricci.notation.numpy.shapes import SizeClash
from ricci.programs import compile, cost, einsum_program, evaluate, source
from ricci.proofs.checking import Check, check
from ricci.proofs.equality import Equality, equal
from ricci.proofs.verification import Verification, verify
from ricci.reading import einsum, from_json, parse
from ricci.tracing import trace
from tensor_networks.errors import (
    DerivativeError,
    FormatError,
    IndexNotationError,
    LimitError,
    OperandError,
    ParseError,
    RicciError,
    ShapeError,
    SizeError,
    TraceError,
    UnknownName,
)
from tensor_networks.limits import limits

__version__ = "0.1.0"

for error in (value for value in list(globals().values()) if isinstance(value, type) and issubclass(value, RicciError)):
    error.__module__ = __name__  # where a user can import it: tracebacks name that
del error

if not TYPE_CHECKING:  # to a type checker, what is not here is an error

    def __getattr__(name: str) -> NoReturn:
        """The error for a name that is not here says what does that here."""
        raise AttributeError(f"ricci has no {name}{elsewhere(name)}", name=name, obj=sys.modules[__name__])


__all__ = [
    "Check",
    "Derivation",
    "DerivativeError",
    "Differential",
    "Equality",
    "Expr",
    "FormatError",
    "Index",
    "IndexNotationError",
    "KroneckerFactors",
    "LimitError",
    "MissingFunction",
    "MissingMethod",
    "OperandError",
    "ParseError",
    "Provenance",
    "RicciError",
    "ShapeError",
    "SizeClash",
    "SizeError",
    "Step",
    "TraceError",
    "UnknownName",
    "Verification",
    "check",
    "compile",
    "cost",
    "derivative",
    "differential",
    "divergence",
    "einsum",
    "einsum_program",
    "equal",
    "evaluate",
    "fisher",
    "fn",
    "from_json",
    "gauss_newton",
    "gauss_newton_product",
    "grad",
    "hessian",
    "hvp",
    "identify",
    "indices",
    "jacobian",
    "jvp",
    "kronecker_factors",
    "laplacian",
    "legend",
    "limits",
    "parse",
    "residuals",
    "riemannian_gradient",
    "source",
    "steps",
    "sum_of_squares_curvature",
    "tensor",
    "tensors",
    "trace",
    "value_and_grad",
    "verify",
    "vjp",
]
