"""Networks with grouped axes: vec, kron and commutation."""

from __future__ import annotations

from ricci.notation.formula import Formula
from ricci.notation.tangle import Tangled
from tensor_networks.networks import Factor, Network


def bundled(node: Network, tensors: list[tuple[Formula, Factor]]) -> list[Formula]:
    raise Tangled
