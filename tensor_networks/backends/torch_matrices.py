# mypy: disable-error-code="no-any-return,no-untyped-def,import-not-found,import-untyped,attr-defined"
"""PyTorch: factorisations and functions of matrices. Leading axes are batch axes.

The definitions are copied into standalone source as they stand: they use `torch` and each other only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def eigvals(x: torch.Tensor) -> torch.Tensor:
    """The eigenvalues; complex."""
    return torch.linalg.eig(x)[0]


def eigvecs(x: torch.Tensor) -> torch.Tensor:
    """The eigenvectors, as columns; complex."""
    return torch.linalg.eig(x)[1]


def gaps(x: torch.Tensor) -> torch.Tensor:
    """1 / (x_j - x_i), and 0 on the diagonal."""
    eye = torch.eye(x.shape[-1], dtype=x.dtype, device=x.device)
    return (1 - eye) / (x[..., None, :] - x[..., :, None] + eye)


def wide_svd(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """The thin singular value decomposition of a matrix that has no more rows than columns."""
    if x.shape[-2] > x.shape[-1]:
        raise ValueError("svdvals, svdleft and svdright are of matrices with no more rows than columns")
    return torch.linalg.svd(x, full_matrices=False)


def nucnorm(x: torch.Tensor) -> torch.Tensor:
    """The sum of the singular values."""
    return torch.linalg.svdvals(x).sum(-1)


def tall_qr(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The thin QR factorisation of a matrix that has no more columns than rows."""
    if x.shape[-2] < x.shape[-1]:
        raise ValueError("qfactor and rfactor are of matrices with no more columns than rows")
    return torch.linalg.qr(x)


def minors(x: torch.Tensor) -> torch.Tensor:
    """The derivative of adj, from the singular values: exact at singular matrices too."""
    u, s, vh = torch.linalg.svd(x)
    eye = torch.eye(s.shape[-1], dtype=torch.bool, device=s.device)
    values = s[..., None, None, :]
    factors = torch.where(eye[:, None, :] | eye[None, :, :], torch.ones_like(values), values)
    others = factors.prod(-1) * (1 - eye.to(s.dtype))
    others = others * (torch.linalg.det(u) * torch.linalg.det(vh))[..., None, None]
    left = torch.einsum("...ac,...ai,...ja->...cij", others, vh, u)
    right = torch.einsum("...ac,...ai,...ka->...cik", others, vh, u)
    first = torch.einsum("...cij,...kc,...cl->...ijkl", left, u, vh)
    return first - torch.einsum("...cik,...jc,...cl->...ijkl", right, u, vh)


def adjalong(x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
    """The derivative of adj along t, from the singular values: exact at singular matrices too."""
    u, s, vh = torch.linalg.svd(x)
    same, values = torch.eye(s.shape[-1], dtype=torch.bool, device=s.device), s[..., None, None, :]
    factors = torch.where(same[:, None, :] | same[None, :, :], torch.ones_like(values), values)
    others, core = factors.prod(-1) * ~same, u.mT @ t @ vh.mT
    inside = same * torch.einsum("...ab,...bb->...a", others, core)[..., :, None] - others * core
    return (torch.linalg.det(u) * torch.linalg.det(vh))[..., None, None] * (vh.mT @ inside @ u.mT)


def sylvester(x: torch.Tensor, w: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    """The solution y of x y + y w = v, as one linear system."""
    n, m = v.shape[-2:]
    system = x[..., :, None, :, None] * torch.eye(m, dtype=v.dtype, device=v.device)[:, None, :]
    system = system + torch.eye(n, dtype=v.dtype, device=v.device)[:, None, :, None] * w.mT[..., None, :, None, :]
    batch = v.shape[:-2]
    return torch.linalg.solve(system.reshape(*batch, n * m, n * m), v.reshape(*batch, n * m, 1)).reshape(v.shape)


def expm(x: torch.Tensor) -> torch.Tensor:
    """The exponential."""
    return torch.linalg.matrix_exp(x)


def sqrtm(x: torch.Tensor) -> torch.Tensor:
    """The principal square root, by scaled Denman-Beavers iteration."""
    size, eye = x.shape[-1], torch.eye(x.shape[-1], dtype=x.dtype, device=x.device)
    m, y = x, x
    for step in range(40):
        inverse = torch.linalg.inv(m)
        scale = torch.abs(torch.linalg.det(m))[..., None, None] ** (-1 / (2 * max(size, 1)))
        if step >= 8 or torch.abs(m - eye).max() <= 0.01:
            scale = torch.ones_like(scale)
        y = scale / 2 * y @ (eye + inverse / scale**2)
        m = (eye + (scale**2 * m + inverse / scale**2) / 2) / 2
        if torch.abs(m - eye).max() <= 4 * size * torch.finfo(x.dtype).eps:
            return y
    return y if torch.abs(m - eye).max() < 1e-3 else torch.full_like(y, torch.nan)


def logm(x: torch.Tensor) -> torch.Tensor:
    """The principal logarithm, by inverse scaling and squaring with Gauss-Legendre quadrature."""
    eye = torch.eye(x.shape[-1], dtype=x.dtype, device=x.device)
    doublings = 0
    while torch.abs(x - eye).sum(-2).max() > 0.25 and doublings < 60:
        x = sqrtm(x)
        doublings += 1
    angles = torch.arange(1, 10, dtype=x.dtype, device=x.device)
    jacobi = torch.diag(angles / torch.sqrt(4 * angles**2 - 1), 1)
    nodes, vectors = torch.linalg.eigh(jacobi + jacobi.T)
    away, y = x - eye, torch.zeros_like(x)
    for k in range(10):
        y = y + vectors[0, k] ** 2 * torch.linalg.solve(eye + (1 + nodes[k]) / 2 * away, away)
    return 2.0**doublings * y


def along(function, x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
    """The derivative of a function of a matrix along t: a block of its value at [[x, 0], [t, x]]."""
    size = x.shape[-1]
    above = torch.cat([x, torch.zeros_like(x)], dim=-1)
    below = torch.cat([t, x], dim=-1)
    return function(torch.cat([above, below], dim=-2))[..., size:, :size]


def powm(x: torch.Tensor, k: torch.Tensor) -> torch.Tensor:
    """x times itself, k times; the inverse, for a negative k."""
    number = round(float(k.reshape(-1)[0])) if k.numel() else 0
    if not bool(torch.all(k == number)):
        raise ValueError("the power of a matrix must be a whole number")
    return torch.linalg.matrix_power(x, number)


def banded_rows(x: torch.Tensor) -> torch.Tensor:
    """x[i] at (d, j) with d = j - i + n - 1: the last axis shifted along every diagonal, 0 beyond its ends."""
    size = x.shape[-1]
    columns, diagonals = torch.arange(size, device=x.device), torch.arange(2 * size - 1, device=x.device)
    return widened(x)[..., columns - diagonals[:, None] + 2 * size - 2]


def banded_columns(x: torch.Tensor) -> torch.Tensor:
    """x[j] at (d, i) with d = j - i + n - 1."""
    size = x.shape[-1]
    rows, diagonals = torch.arange(size, device=x.device), torch.arange(2 * size - 1, device=x.device)
    return widened(x)[..., rows + diagonals[:, None]]


def widened(x: torch.Tensor) -> torch.Tensor:
    """The last axis with as many zeros, but one, on both sides."""
    sides = torch.zeros_like(x)[..., 1:]
    return torch.cat([sides, x, sides], -1)
