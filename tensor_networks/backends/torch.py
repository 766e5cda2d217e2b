# mypy: disable-error-code="no-any-return,no-untyped-def,import-not-found,import-untyped,attr-defined"
"""PyTorch: how steps are spelled, the names of functions, and definitions of those that torch has not.

The definitions are copied into standalone source as they stand: they use `torch` and each other only.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tensor_networks.backends.numpy import (  # noqa: F401
    cofactor,
    folded,
    from_diagonals,
    half,
    lowered,
    sigmoid_slope,
    size_of_half,
    step,
    where,
)
from tensor_networks.backends.numpy_matrices import (  # noqa: F401
    cholesky,
    curve,
    eigvalsh,
    eigvecsh,
    expmalong,
    expmcurve,
    logmalong,
    logmcurve,
    pinv,
    polar,
    polarcurve,
    polarturn,
    powmalong,
    powmcurve,
    qfactor,
    rfactor,
    sqrtmalong,
    sqrtmcurve,
    svdleft,
    svdright,
    svdvals,
    symmetric_part,
)
from tensor_networks.backends.torch_matrices import (  # noqa: F401
    adjalong,
    along,
    banded_columns,
    banded_rows,
    eigvals,
    eigvecs,
    expm,
    gaps,
    logm,
    minors,
    nucnorm,
    powm,
    sqrtm,
    sylvester,
    tall_qr,
    wide_svd,
    widened,
)

if TYPE_CHECKING:
    import torch

IMPORTS = ("import math", "import torch")
TRANSLATED = {"np.ndarray": "torch.Tensor", "np.": "torch."}  # in definitions taken from NumPy
STEPS = {
    "einsum": "torch.einsum('{0}', {1})",
    "stack": "torch.stack(({0}), {1})",
    "array": "torch.tensor({0}, dtype=dtype, device=device)",
    "transpose": "{0}.permute({order})",
    "scalar": "torch.tensor({0}, dtype=dtype)",
    "full": "torch.full({shape}, {0}, dtype=dtype, device=device)",
    "eye": "torch.eye({shape_list}, dtype=dtype, device=device)",
    "broadcast": "torch.broadcast_to({0}, {shape})",
    "embed": "embed({0}, {pattern}, {shape}, dtype)",
    "pattern": "{0}({shape_list}, dtype, device)",
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
    "ndtr": "torch.special.ndtr",
    "gammaln": "torch.special.gammaln",
    "digamma": "torch.special.digamma",
    "erfinv": "torch.special.erfinv",
    "elu": "torch.nn.functional.elu",
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


def common_device(*arrays: torch.Tensor) -> torch.device | None:
    """The device of constants: that of the first input."""
    return arrays[0].device if arrays else None


def embed(core: torch.Tensor, pattern: tuple[int, ...], shape: tuple[int, ...], dtype: torch.dtype) -> torch.Tensor:
    """Zeros of that shape, and `core` where all axes of equal number in the pattern have equal index."""
    held = list(range(max(pattern) + 1))
    out = torch.as_tensor(core, dtype=dtype).broadcast_to([shape[pattern.index(axis)] for axis in held])
    for place, number in enumerate(pattern):
        if number in pattern[:place]:
            out = torch.diag_embed(out.movedim(held.index(number), -1))
            held.remove(number)
            held += [number, number]
    order = sorted(range(len(pattern)), key=pattern.__getitem__)
    places = sorted(range(len(held)), key=held.__getitem__)
    return out.permute([place for _, place in sorted(zip(order, places, strict=True))])


def deposit(out: torch.Tensor, core: torch.Tensor, pattern: tuple[int, ...]) -> torch.Tensor:
    """Add `core` where all axes of equal number in the pattern have equal index."""
    return out + embed(core, pattern, tuple(out.shape), out.dtype)


def gram(x: torch.Tensor, d: torch.Tensor) -> torch.Tensor:
    """x' diag(d) x."""
    return (x.T * d) @ x


def softplus(x: torch.Tensor) -> torch.Tensor:
    """log(1 + exp(x)), without overflow."""
    return torch.relu(x) + torch.log1p(torch.exp(-torch.abs(x)))


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
    if x.numel() == 0:
        return x
    largest = torch.abs(x).max()
    scaled = x / torch.where(largest > 0, largest, torch.ones_like(largest))
    return scaled / torch.where(largest > 0, norm2(scaled), torch.ones_like(largest))


def mills(x: torch.Tensor) -> torch.Tensor:
    """The normal density over its distribution function."""
    return millsgap(x) - x


def millsgap(x: torch.Tensor) -> torch.Tensor:
    """mills(x) + x: far below 0 by a continued fraction (DLMF 7.9.1)."""
    value = far = torch.clamp(-x, min=5)
    for k in range(60, 1, -1):
        value = k / value + far
    near = torch.clamp(x, min=-5)
    density = torch.exp(-torch.square(near) / 2) / math.sqrt(2 * math.pi)
    return torch.where(x > -5, density / torch.special.ndtr(near) + x, 1 / value)


def logndtr(x: torch.Tensor) -> torch.Tensor:
    """The logarithm of the normal distribution function, without underflow."""
    near = torch.clamp(x, min=-5)
    above = torch.log1p(-torch.special.erfc(torch.clamp(x, min=0) / math.sqrt(2)) / 2)
    below = -torch.square(x) / 2 - math.log(2 * math.pi) / 2 - torch.log(mills(x))
    return torch.where(x > 0, above, torch.where(x > -5, torch.log(torch.special.ndtr(near)), below))


def gamma(x: torch.Tensor) -> torch.Tensor:
    """Gamma(x)."""
    sign = torch.where((x < 0) & (torch.floor(x) % 2 != 0), -1, 1)
    return sign * torch.exp(torch.special.gammaln(x))


def of_cardinal(order: int, x: torch.Tensor) -> torch.Tensor:
    """A derivative of sin(x)/x: near 0 the series, elsewhere x y_k + k y_(k-1) = sin(x + k pi/2)."""
    near = torch.where(torch.abs(x) < 2, x, 0 * x)
    power = near ** (order % 2)
    series, sign, degree = 0 * x, (-1) ** ((order + 1) // 2), order % 2
    for _ in range(14):
        series = series + sign * power / (degree + order + 1)
        power = power * near * near / ((degree + 1) * (degree + 2))
        sign, degree = -sign, degree + 2
    far = torch.where(torch.abs(x) < 2, 2 + 0 * x, x)
    value = torch.sin(far) / far
    for k in range(1, order + 1):
        value = (torch.sin(far + k * math.pi / 2) - k * value) / far
    return torch.where(torch.abs(x) < 2, series, value)


def cardinal(x: torch.Tensor) -> torch.Tensor:
    """sin(x)/x, and 1 at 0."""
    return of_cardinal(0, x)


def cardinalslope(x: torch.Tensor) -> torch.Tensor:
    """The derivative of cardinal."""
    return of_cardinal(1, x)


def cardinalcurve(x: torch.Tensor) -> torch.Tensor:
    """The second derivative of cardinal."""
    return of_cardinal(2, x)


def cardinalthird(x: torch.Tensor) -> torch.Tensor:
    """The third derivative of cardinal."""
    return of_cardinal(3, x)


def cardinalfourth(x: torch.Tensor) -> torch.Tensor:
    """The fourth derivative of cardinal."""
    return of_cardinal(4, x)


def detsign(x: torch.Tensor) -> torch.Tensor:
    """The sign of det x."""
    return torch.linalg.slogdet(x)[0]


def logdet(x: torch.Tensor) -> torch.Tensor:
    """log|det| of the last two axes, without overflow."""
    return torch.linalg.slogdet(x)[1]


def logdet_definite(x: torch.Tensor) -> torch.Tensor:
    """The same of a symmetric positive definite matrix, from its Cholesky factor."""
    return 2 * torch.log(torch.diagonal(torch.linalg.cholesky(x))).sum()


def adj(x: torch.Tensor) -> torch.Tensor:
    """The adjugate of the last two axes, from the singular values: exact at singular matrices too."""
    u, s, vh = torch.linalg.svd(x)
    ones = torch.ones_like(s[..., :1])
    before = torch.cumprod(torch.cat([ones, s[..., :-1]], -1), -1)
    after = torch.cumprod(torch.cat([ones, s[..., 1:].flip(-1)], -1), -1).flip(-1)
    others = before * after * (torch.linalg.det(u) * torch.linalg.det(vh))[..., None]
    return vh.mH * others[..., None, :] @ u.mH


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


def elimination(count: int, rows: int, columns: int, dtype: torch.dtype, device: torch.device) -> torch.Tensor:
    """1 where the first index counts the place of the others on or below the diagonal, column by column."""
    out = torch.zeros((count, rows, columns), dtype=dtype, device=device)
    column, row = torch.triu_indices(rows, rows)
    out[torch.arange(count), row, column] = 1
    return out


def duplication(rows: int, columns: int, count: int, dtype: torch.dtype, device: torch.device) -> torch.Tensor:
    """1 where the last index counts the place of the others, or its mirror image, on or below the diagonal."""
    below = elimination(count, rows, columns, dtype, device)
    return torch.maximum(below, below.swapaxes(1, 2)).permute(1, 2, 0)


def lower(rows: int, columns: int, dtype: torch.dtype, device: torch.device) -> torch.Tensor:
    """1 on and below the diagonal."""
    return torch.tril(torch.ones((rows, columns), dtype=dtype, device=device))


def toeplitz(count: int, rows: int, columns: int, dtype: torch.dtype, device: torch.device) -> torch.Tensor:
    """1 where the first index counts the diagonal of the others, the lowest first."""
    offset = torch.arange(columns) - torch.arange(rows)[:, None] + rows - 1
    return (torch.arange(count)[:, None, None] == offset).to(dtype=dtype, device=device)


def places_of_half(size: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Rows and columns of the places on and below the diagonal, column by column."""
    columns, rows = torch.triu_indices(size, size)
    return rows, columns


def mirrored(x: torch.Tensor) -> torch.Tensor:
    """The symmetric matrix of a half-vector, the last axis."""
    rows, columns = places_of_half(size_of_half(x.shape[-1]))
    place = torch.zeros((size_of_half(x.shape[-1]),) * 2, dtype=torch.long)
    place[rows, columns] = place[columns, rows] = torch.arange(x.shape[-1])
    return x[..., place]


def along_diagonals(x: torch.Tensor) -> torch.Tensor:
    """The sums along the diagonals of the last two axes, the lowest diagonal first."""
    size = x.shape[-1]
    wide = torch.cat([x.flip(-2), torch.zeros_like(x)], -1).reshape(*x.shape[:-2], -1)
    return wide[..., : size * (2 * size - 1)].reshape(*x.shape[:-2], size, 2 * size - 1).sum(-2)
