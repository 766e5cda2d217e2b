"""einsum: strings and interleaved lists in, rows and small programs out."""

import numpy as np
import pytest

from ricci.notation import read
from ricci.notation.einsum import read_einsum, write_einsum
from tensor_networks.einsum import rows
from tensor_networks.errors import IndexNotationError, OperandError, ParseError, RicciError, ShapeError
from tensor_networks.nodes import tensor
from tests.dense import dense


def operands(*shapes):
    return [tensor(f"T{k}", shape) for k, shape in enumerate(shapes)]


def value(spec, *shapes):
    rng = np.random.default_rng(3)
    arrays = [rng.standard_normal(shape) for shape in shapes]
    return dense(read_einsum(spec, *operands(*shapes)), {f"T{k}": a for k, a in enumerate(arrays)}), arrays


@pytest.mark.parametrize(
    ("spec", "shapes"),
    [
        ("ij,jk->ik", [(2, 3), (3, 4)]),
        ("ij,jk", [(2, 3), (3, 4)]),
        ("ba", [(2, 3)]),
        ("ii->i", [(3, 3)]),
        ("ii", [(3, 3)]),
        ("ij->", [(2, 3)]),
        ("i,i,i->i", [(3,), (3,), (3,)]),
        (",i->i", [(), (3,)]),
        (" i j , j k -> i k ", [(2, 3), (3, 4)]),
        ("...ij,...jk->...ik", [(5, 2, 3), (5, 3, 4)]),
        ("...i->...", [(5, 2, 3)]),
        ("...i", [(5, 2, 3)]),
    ],
)
def test_agrees_with_numpy(spec, shapes):
    got, arrays = value(spec, *shapes)
    np.testing.assert_allclose(got, np.einsum(spec.replace(" ", ""), *arrays), rtol=1e-12)


def test_a_repeated_output_is_a_diagonal():
    got, (array,) = value("i->ii", (3,))
    np.testing.assert_array_equal(got, np.diag(array))


def test_interleaved_with_many_labels():
    count = 200
    chain = [part for k in range(count) for part in (tensor(f"A{k}", (2, 2)), [k, (k + 1) % count])]
    assert read_einsum(*chain, []).order == 0
    assert read_einsum(tensor("A", (2, 3)), [0, 1], [1, 0]).axes == (3, 2)
    assert read_einsum(tensor("A", (2, 3)), ["row", "col"]).axes == (3, 2)


@pytest.mark.parametrize(
    ("spec", "shapes", "kind", "mentions"),
    [
        ("ij,jk->ik", [(2, 3), (4, 5)], ShapeError, ["j", "3", "4"]),
        ("ij->ii", [(2, 2)], IndexNotationError, ["i"]),
        ("ijk->i", [(2, 3)], ShapeError, ["3", "2"]),
        ("ij,jk->ik->", [(2, 3), (3, 2)], ParseError, ["->"]),
        ("i-j", [(2,), (2,)], ParseError, ["-"]),
        ("ii->i", [(2, 3)], ShapeError, ["i", "2", "3"]),
        ("i->k", [(2,)], IndexNotationError, ["k"]),
        ("i,j->ij", [(2,)], IndexNotationError, ["2", "1"]),
        ("i...->i", [(2, 3)], IndexNotationError, ["..."]),
        ("i\0->i", [(2,)], ParseError, []),
    ],
)
def test_errors(spec, shapes, kind, mentions):
    with pytest.raises(kind) as caught:
        read_einsum(spec, *operands(*shapes))
    assert len(str(caught.value)) < 500
    for mention in mentions:
        assert mention in str(caught.value)


def test_wrong_operands():
    for bad in ((), ("i->i",), ("i->i", 3.0), (tensor("x", (2,)), 5, [0]), (3, [0], [0])):
        with pytest.raises(RicciError):
            read_einsum(*bad)
    with pytest.raises(OperandError):
        read_einsum("i->i", np.ones(3))


def test_writes_rows_as_the_design_says():
    node = read("2 Z_ab Z_ac eye(m)_de -> bdce", {"Z": "b n", "W": "n m"}).node
    assert write_einsum(node) == "2 * 'ab,ac->bdcd' (Z, Z)"


def test_writes_a_program_when_functions_are_involved():
    node = read("y'*tanh(A*x)", {"A": "m n", "x": "n", "y": "m"}).node
    lines = write_einsum(node).splitlines()
    assert len(lines) == 3
    assert any(line.startswith("t") and "tanh(" in line for line in lines)
    assert "->'" in lines[-1]


def test_terms_have_signs_between_them():
    declared = {"A": "n n", "B": "n n", "x": "n"}
    assert write_einsum(read("A + A'", declared).node) == "'ab->ba' (A)\n+ 'ab->ab' (A)"
    lines = write_einsum(read("A - B - 2*A'", declared).node).splitlines()
    assert len(lines) == 3
    assert all(line[:2] in ("+ ", "- ") for line in lines[1:])
    assert not any("1 * " in line for line in lines[1:])
    assert " + " in write_einsum(read("exp(A*x + B*x)", declared).node)


def test_writes_groups_powers_sizes_and_zero():
    declared = {"A": "n m", "x": "n"}
    assert write_einsum(read("vec(A)", declared).node) == "'ab->(ba)' (A)"
    assert "x^-1" in write_einsum(read("1./x", declared).node)
    assert "n" in write_einsum(read("n*x", declared).node)
    assert write_einsum(read("x - x", declared).node) == "0 (n)"


def test_writes_more_than_52_wires_interleaved():
    chain = [part for k in range(60) for part in (tensor(f"A{k}", (2, 2)), [k, k + 1])]
    text = write_einsum(read_einsum(*chain, [0, 60]))
    assert text.startswith("einsum(")


@pytest.mark.parametrize("text", ["x'*A*z", "A.*A", "diag(x)", "x*z'", "3*x'*x*A"])
def test_rows_read_back(text):
    node = read(text, {"A": "n m", "x": "n", "z": "m"}).node
    [row] = rows(node)
    spec = row.spec()
    if spec is not None and row.coefficient == 1:
        assert read_einsum(spec, *(operand for operand, _ in row.operands)) is node
