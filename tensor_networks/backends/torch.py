# mypy: disable-error-code="no-any-return,no-untyped-def,import-not-found,import-untyped,attr-defined"
"""PyTorch: how steps are spelled, the names of functions, and definitions of those that torch has not.

The definitions are copied into standalone source as they stand: they use `torch` and each other only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tensor_networks.backends.torch_matrices import (  # noqa: F401
    along,
    cholesky,
    eigvals,
    eigvalsh,
    eigvecs,
    eigvecsh,
    expm,
    expmalong,
    gaps,
    logm,
    logmalong,
    minors,
    nucnorm,
    pinv,
    polar,
    polarturn,
    qfactor,
    rfactor,
    sqrtm,
    sqrtmalong,
    svdleft,
    svdright,
    svdvals,
    sylvester,
    symmetric_part,
    tall_qr,
    wide_svd,
)

if TYPE_CHECKING:
    import torch

IMPORTS = ("import torch",)
STEPS = {
    "einsum": "torch.einsum('{0}', {1})",
    "stack": "torch.stack(({0}), {1})",
    "array": "torch.tensor({0}, dtype=dtype)",
    "transpose": "{0}.permute({order})",
    "scalar": "torch.tensor({0}, dtype=dtype)",
    "full": "torch.full({shape}, {0}, dtype=dtype)",
    "eye": "torch.eye({shape_list}, dtype=dtype)",
    "broadcast": "torch.broadcast_to({0}, {shape})",
    "embed": "embed({0}, {pattern}, {shape}, dtype)",
    "copy": "{0}.clone()",
    "root": "torch.sqrt({0})",
}
NAMES = {
    **{name: f"torch.{name}" for name in ("exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "log1p", "expm1")},
    **{name: f"torch.{name}" for name in ("asin", "acos", "atan", "asinh", "acosh", "atanh", "sqrt", "abs", "sign")},
    **{name: f"torch.{name}" for name in ("arctan2", "hypot", "maximum", "minimum", "sigmoid", "relu")},
    "power": "torch.pow",
    "inv": "torch.linalg.inv",
    "det": "torch.linalg.det",
    "solve": "torch.linalg.solve",
    "erf": "torch.special.erf",
    "erfc": "torch.special.erfc",
    "gammaln": "torch.special.gammaln",
    "digamma": "torch.special.digamma",
    "xlogy": "torch.special.xlogy",
}


def array(name: str, x: object, order: int) -> torch.Tensor:
    """The input as a tensor of floats with that many axes."""
    x = torch.as_tensor(x)
    if x.ndim != order:
        raise ValueError(f"{name} must have {order} axes, not shape {tuple(x.shape)}")
    return x if x.is_floating_point() or x.is_complex() else x.to(torch.float64)


def check(name: str, x: torch.Tensor, shape: tuple[int, ...]) -> None:
    """Refuse an input of another shape: nothing is broadcast."""
    if tuple(x.shape) != shape:
        raise ValueError(f"{name} has shape {tuple(x.shape)}, not {shape}")


def common_dtype(*arrays: torch.Tensor) -> torch.dtype:
    """The dtype of constants: that of all inputs together."""
    dtype = arrays[0].dtype if arrays else torch.float64
    for x in arrays:
        dtype = torch.promote_types(dtype, x.dtype)
    return dtype


def embed(core: torch.Tensor, pattern: tuple[int, ...], shape: tuple[int, ...], dtype: torch.dtype) -> torch.Tensor:
    """Zeros of that shape, and `core` where all axes of equal number in the pattern have equal index."""
    out = torch.zeros(shape, dtype=dtype)
    sizes = [shape[pattern.index(axis)] for axis in range(max(pattern) + 1)]
    strides = [sum(s for s, p in zip(out.stride(), pattern, strict=True) if p == axis) for axis in range(len(sizes))]
    out.as_strided(sizes, strides)[...] = core
    return out


def deposit(out: torch.Tensor, core: torch.Tensor, pattern: tuple[int, ...]) -> torch.Tensor:
    """Add `core` where all axes of equal number in the pattern have equal index."""
    return out + embed(core, pattern, tuple(out.shape), out.dtype)


def gram(x: torch.Tensor, d: torch.Tensor) -> torch.Tensor:
    """x' diag(d) x."""
    return (x.T * d) @ x


def sigmoid_slope(x: torch.Tensor) -> torch.Tensor:
    """sigmoid(x) * sigmoid(-x), without overflow."""
    small = torch.exp(-torch.abs(x))
    return small / torch.square(1 + small)


def softplus(x: torch.Tensor) -> torch.Tensor:
    """log(1 + exp(x)), without overflow."""
    return torch.relu(x) + torch.log1p(torch.exp(-torch.abs(x)))


def step(x: torch.Tensor) -> torch.Tensor:
    """1 for positive x, 1/2 at 0, 0 for negative x."""
    return (1 + torch.sign(x)) / 2


def where(condition: torch.Tensor, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """x where the condition is positive, y elsewhere."""
    return torch.where(condition > 0, x, y)


def softmax(x: torch.Tensor) -> torch.Tensor:
    """exp(x) / sum(exp(x)) along the last axis, without overflow."""
    return torch.softmax(x, -1)


def logsumexp(x: torch.Tensor) -> torch.Tensor:
    """log(sum(exp(x))) along the last axis, without overflow."""
    return torch.logsumexp(x, -1)


def amax(x: torch.Tensor) -> torch.Tensor:
    """The largest entry along the last axis."""
    return torch.amax(x, -1)


def peak(x: torch.Tensor) -> torch.Tensor:
    """1 at the largest entry along the last axis, shared by equal ones; 0 elsewhere."""
    largest = (x == torch.amax(x, -1, keepdim=True)).to(x.dtype)
    return largest / torch.sum(largest, -1, keepdim=True)


def norm2(x: torch.Tensor) -> torch.Tensor:
    """The root of the sum of squares over all axes, scaled against overflow and underflow."""
    flat = torch.abs(x).reshape(-1)
    peak = flat.max() if flat.numel() else flat.sum()
    scale = torch.where((peak > 0) & torch.isfinite(peak), peak, torch.ones_like(peak))
    return scale * torch.sqrt(torch.square(flat / scale).sum())


def unit(x: torch.Tensor) -> torch.Tensor:
    """x / norm2(x), and 0 at 0."""
    if x.numel() == 0 or not torch.any(x != 0):
        return torch.zeros_like(x)
    scaled = x / torch.abs(x).max()
    return scaled / norm2(scaled)


def logdet(x: torch.Tensor) -> torch.Tensor:
    """log|det| of the last two axes, without overflow."""
    return torch.linalg.slogdet(x)[1]


def adj(x: torch.Tensor) -> torch.Tensor:
    """The adjugate of the last two axes, from the singular values: exact at singular matrices too."""
    u, s, vh = torch.linalg.svd(x)
    ones = torch.ones_like(s[..., :1])
    before = torch.cumprod(torch.cat([ones, s[..., :-1]], -1), -1)
    after = torch.cumprod(torch.cat([ones, s[..., 1:].flip(-1)], -1), -1).flip(-1)
    others = before * after * (torch.linalg.det(u) * torch.linalg.det(vh))[..., None]
    return vh.mH * others[..., None, :] @ u.mH


def cofactor(x: torch.Tensor) -> torch.Tensor:
    """The matrix of cofactors: the gradient of det."""
    return adj(x).mT


def trigamma(x: torch.Tensor) -> torch.Tensor:
    """The derivative of digamma."""
    return torch.special.polygamma(1, x)


def tetragamma(x: torch.Tensor) -> torch.Tensor:
    """The derivative of trigamma."""
    return torch.special.polygamma(2, x)


def pentagamma(x: torch.Tensor) -> torch.Tensor:
    """The derivative of tetragamma."""
    return torch.special.polygamma(3, x)


def hexagamma(x: torch.Tensor) -> torch.Tensor:
    """The derivative of pentagamma."""
    return torch.special.polygamma(4, x)


def heptagamma(x: torch.Tensor) -> torch.Tensor:
    """The derivative of hexagamma."""
    return torch.special.polygamma(5, x)


def elimination(count: int, rows: int, columns: int, dtype: torch.dtype) -> torch.Tensor:
    """1 where the first index counts the place of the others on or below the diagonal, column by column."""
    out = torch.zeros((count, rows, columns), dtype=dtype)
    column, row = torch.triu_indices(rows, rows)
    out[torch.arange(count), row, column] = 1
    return out


def duplication(rows: int, columns: int, count: int, dtype: torch.dtype) -> torch.Tensor:
    """1 where the last index counts the place of the others, or its mirror image, on or below the diagonal."""
    half = elimination(count, rows, columns, dtype)
    return torch.maximum(half, half.swapaxes(1, 2)).permute(1, 2, 0)


def lower(rows: int, columns: int, dtype: torch.dtype) -> torch.Tensor:
    """1 on and below the diagonal."""
    return torch.tril(torch.ones((rows, columns), dtype=dtype))


def toeplitz(count: int, rows: int, columns: int, dtype: torch.dtype) -> torch.Tensor:
    """1 where the first index counts the diagonal of the others, the lowest first."""
    offset = torch.arange(columns) - torch.arange(rows)[:, None] + rows - 1
    return (torch.arange(count)[:, None, None] == offset).to(dtype)


def places_of_half(size: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Rows and columns of the places on and below the diagonal, column by column."""
    columns, rows = torch.triu_indices(size, size)
    return rows, columns


def size_of_half(count: int) -> int:
    """The size of the matrix whose half has that many entries."""
    return round(((8 * count + 1) ** 0.5 - 1) / 2)


def half(x: torch.Tensor) -> torch.Tensor:
    """The entries of the last two axes on and below the diagonal, column by column."""
    rows, columns = places_of_half(x.shape[-1])
    return x[..., rows, columns]


def folded(x: torch.Tensor) -> torch.Tensor:
    """The same, with those above the diagonal added to their mirror images."""
    rows, columns = places_of_half(x.shape[-1])
    both = x[..., rows, columns] + x[..., columns, rows]
    return torch.where(rows == columns, both / 2, both)


def mirrored(x: torch.Tensor) -> torch.Tensor:
    """The symmetric matrix of a half-vector, the last axis."""
    rows, columns = places_of_half(size_of_half(x.shape[-1]))
    place = torch.zeros((size_of_half(x.shape[-1]),) * 2, dtype=torch.long)
    place[rows, columns] = place[columns, rows] = torch.arange(x.shape[-1])
    return x[..., place]


def lowered(x: torch.Tensor) -> torch.Tensor:
    """The lower triangular matrix of a half-vector, the last axis."""
    return torch.tril(mirrored(x))


def along_diagonals(x: torch.Tensor) -> torch.Tensor:
    """The sums along the diagonals of the last two axes, the lowest diagonal first."""
    size = x.shape[-1]
    wide = torch.cat([x.flip(-2), torch.zeros_like(x)], -1).reshape(*x.shape[:-2], -1)
    return wide[..., : size * (2 * size - 1)].reshape(*x.shape[:-2], size, 2 * size - 1).sum(-2)


def from_diagonals(x: torch.Tensor) -> torch.Tensor:
    """The matrix that is constant along its diagonals, the last axis."""
    size = (x.shape[-1] + 1) // 2
    return x[..., torch.arange(size) - torch.arange(size)[:, None] + size - 1]
