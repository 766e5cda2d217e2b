"""From a node to a picture: sums as strips of panels, products as panels, what is folded defined below."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

from tensor_networks.axes import Axis, product, show
from tensor_networks.composites import Factor, Network, Sum
from tensor_networks.drawing.glyphs import alone, box_glyph, default_sides, framed, pill_glyph, tensor_glyph
from tensor_networks.drawing.mesh import Glyph, Part, mesh_of
from tensor_networks.drawing.panel import Letters, draw_mesh
from tensor_networks.drawing.picture import Close, Data, Item, Open, Picture, Text, text_box
from tensor_networks.drawing.record import leaf_name, records, reference, slots_text, text_of
from tensor_networks.drawing.strips import Piece, coefficient, column, grouped, operator, row, sentence
from tensor_networks.drawing.style import NAME, WIDEST, Run, Runs, letter, lettered, named, plain, raised
from tensor_networks.nodes import Node, Tensor, walk
from tensor_networks.wiring import Group

MOST_PARTS = 60  # of a product that is drawn
MOST_TERMS = 16  # of a sum that are drawn
MOST_DEFINITIONS = 12
MOST_PANELS = 100  # products that are drawn before everything else stays folded
MOST_INSIDE = 7  # factors and terms of a node that is opened in place
FUNCTION = 100  # what an opened function adds to the depth; an opened sum or product adds 1
SHORT = 15  # characters of a folded node's formula that stand in its pill


@dataclass(frozen=True)
class Options:
    """How a node is drawn.

    ``sides`` gives the side of each leg (l, r, d, u). ``open_functions`` is the depth down to which functions are opened, True
    for all. ``write`` gives the formula of a folded node. ``labels`` is index, size or none. ``marked`` nodes are outlined.
    ``positions`` gives columns and rows to tensors by name (a list for several of one name).
    """

    sides: str = ""
    open_functions: int | bool = 0
    write: Callable[[Node], str] | None = None
    labels: str = "index"
    marked: frozenset[Node] = frozenset()
    positions: Mapping[str, Sequence[tuple[float, float]]] = field(default_factory=dict)
    widest: float = WIDEST


class Scene:
    """The drawing of one node, and of those below it that its panels leave folded."""

    def __init__(self, root: Node, options: Options | None = None) -> None:
        self.root = root
        self.options = options or Options()
        self.below = walk(root)
        self.uses = Counter(child for node in self.below for child in node.children)
        self.folded: dict[Node, Runs] = {}
        self.formulas: dict[Node, str] = {}
        self.taken: Counter[str] = Counter()
        self.panels = 0

    def picture(self) -> Picture:
        """The whole picture: the node, then a line for each folded node that its pill does not say."""
        main = self.draw(self.root, self.options.sides, 0)
        lines = [main]
        defined: list[Node] = []
        while len(defined) < min(len(self.folded), MOST_DEFINITIONS):
            node = list(self.folded)[len(defined)]
            defined.append(node)
            lines.append(self.definition(node))
        left = len(self.folded) - len(defined)
        if left > 0:
            lines.append(row([sentence(f"… and {left} further definitions", NAME, True)]))
        shown = {node for node in self.folded if node in defined}
        hidden = records(self.root, self.below, shown)
        whole = column(lines) if len(lines) > 1 else main
        return Picture([*whole.items, *hidden], whole.box)

    # -- nodes of each kind

    def draw(self, node: Node, sides: str, depth: int, within: Letters | None = None) -> Picture:
        """A node with its legs. `within` are the letters of its legs, and those taken by wires outside."""
        sides = sides if len(sides) == node.order else _sides_of(node)
        if isinstance(node, Sum):
            return self.sum(node, sides, depth, within)
        if isinstance(node, Network):
            return self.product(node.factors, node.outputs, node.sizes, sides, depth, network_data(node), within)
        slots = tuple((axis,) for axis in range(node.order))
        return self.product((Factor(node, slots, 1),), slots, node.axes, sides, depth, (("kind", "single"),), within)

    def sum(self, node: Sum, sides: str, depth: int, within: Letters | None) -> Picture:
        """The terms in a row, each with its sign and number; those with a positive number first."""
        pieces: list[Piece] = []
        terms = sorted(node.terms, key=lambda term: term[1] < 0)
        for place, (term, number) in enumerate(terms[:MOST_TERMS]):
            pieces += coefficient(number, place == 0)
            if term.axes or not _is_one(term) or abs(number) == 1:
                inside = self.draw(term, sides, depth, within)
                pieces.append(Piece(grouped(inside, (("kind", "term"), ("coefficient", str(number)))), space=8.0))
            else:
                pieces.append(Piece(_unseen(("kind", "term"), ("coefficient", str(number))), space=0.0))
        if len(node.terms) > MOST_TERMS:
            pieces += [operator("+", True), sentence(f"… {len(node.terms) - MOST_TERMS} more terms", NAME, True)]
        if not pieces:
            outputs = tuple((axis,) for axis in range(node.order))
            legs = self.product((), outputs, node.axes, sides, depth, (("kind", "zero"),), within) if outputs else _nothing()
            pieces = [sentence("0"), Piece(legs)]
        widest = self.options.widest if depth == 0 else 4 * WIDEST
        kind = "sum" if len(node.terms) <= MOST_TERMS else "cut"
        return grouped(row(pieces, widest), (("kind", kind), ("axes", json.dumps(node.axes)), *_key(node)))

    def product(
        self,
        factors: Sequence[Factor | Part],
        outputs: Sequence[Group],
        sizes: Sequence[Axis],
        sides: str,
        depth: int,
        data: Data,
        within: Letters | None = None,
    ) -> Picture:
        """Scalars in front, then the tensors with their wires."""
        self.panels += 1
        parts = [part for factor in factors for part in self.parts(factor, outputs)]
        if len(parts) > MOST_PARTS:
            return self.card(parts, outputs, sizes, data)
        pieces = self.scalars([part for part in parts if not part.slots], depth)
        letters = self.letters(outputs, sizes, within)
        mesh = mesh_of(parts, outputs, sizes, sides, lambda part: self.glyph(part, depth, letters))
        if mesh.edges:
            panel = draw_mesh(mesh, letters, self.options.positions)
            if pieces:
                last = pieces[-1].content
                pieces.append(operator("·") if isinstance(last, Picture) and last.height > 20 else Piece(_nothing(), space=0.0))
            pieces.append(Piece(panel, space=10.0))
        elif not pieces:
            pieces = [sentence("1")] if not any(part.slots for part in parts) else []
        whole = pieces[0].content if len(pieces) == 1 and isinstance(pieces[0].content, Picture) else row(pieces, 1e9)
        return grouped(whole, data) if isinstance(whole, Picture) else row(pieces)

    def parts(self, factor: Factor | Part, outputs: Sequence[Group]) -> list[Part]:
        """What a factor is drawn as: itself; but the square of a leaf that is summed over all its axes as two copies."""
        if isinstance(factor, Part):
            return [factor]
        node, slots, exponent = factor
        mark = "marked" if node in self.options.marked else ""
        if exponent == 2 and slots and isinstance(node, Tensor) and not outputs:
            return [Part(node, slots, 1, mark)] * 2
        return [Part(node, slots, exponent, mark)]

    def letters(self, outputs: Sequence[Group], sizes: Sequence[Axis], within: Letters | None) -> Letters:
        """What stands beside the wires: letters, those of the legs first; or sizes."""
        inner = self.options.labels != "none"
        if self.options.labels == "size":
            wires = [plain(show(size)) for size in sizes]
            legs = [plain(show(product(sizes[wire] for wire in group))) for group in outputs]
            return Letters(wires, legs, inner)
        legs = list(within.legs) if within else [letter(axis) for axis in range(len(outputs))]
        taken = set(within.wires if within else ()) | set(legs)
        found: list[Runs | None] = [None] * len(sizes)
        for axis, group in enumerate(outputs):
            if len(group) == 1 and found[group[0]] is None:
                found[group[0]] = legs[axis]
        fresh = (runs for runs in map(letter, count()) if runs not in taken)
        return Letters([runs or next(fresh) for runs in found], legs, inner)

    def scalars(self, parts: Sequence[Part], depth: int) -> list[Piece]:
        """The factors without axes: names, and the pictures of closed products."""
        pieces: list[Piece] = []
        for part in parts:
            opened = self.opens(part.node, depth)
            if opened and isinstance(part.node, Network) and part.exponent == 1 and not part.mark:
                picture = grouped(self.inside(part.node, "", depth), part_data(part, False))
            elif not part.node.children and not part.mark:
                text = Text((0.0, 5.0), raised(self.name(part.node), part.exponent), NAME + 1, "start")
                picture = Picture([Open(part_data(part, True)), text, Close()], text_box(text))
            else:
                picture = alone(self.glyph(part, depth, Letters((), ())))
            if pieces and isinstance(pieces[-1].content, Picture) and pieces[-1].content.height > 20:
                pieces.append(operator("·"))
            pieces.append(Piece(picture, space=7.0 if picture.height < 20 else 12.0))
        return pieces

    # -- what is folded

    def opens(self, node: Node, depth: int) -> bool:
        """Is a factor drawn in place, rather than folded?"""
        if not node.children or self.panels > MOST_PANELS:
            return False
        deep = self.options.open_functions
        if hasattr(node, "function"):
            return (deep is True or depth // FUNCTION < deep) and depth < 6 * FUNCTION
        if deep is not True and self.uses[node] > 1 and node.order:
            return False
        weight = len(node.children) if isinstance(node, Network) else sum(_weight(child) for child in node.children)
        within = depth % FUNCTION + depth // FUNCTION
        return weight <= (MOST_INSIDE if deep is not True else MOST_PARTS) and within < (3 if deep is not True else 6)

    def inside(self, node: Node, sides: str, depth: int, within: Letters | None = None) -> Picture:
        """What an opened node shows: itself, or the arguments of a function."""
        if not hasattr(node, "function"):
            return self.draw(node, sides, depth + 1, within)
        pieces: list[Piece] = []
        for arg in node.children:
            if pieces:
                pieces.append(sentence(","))
            fits = arg.order == node.order
            pieces.append(Piece(self.draw(arg, sides if fits else "", depth + FUNCTION, within if fits else None)))
        return grouped(row(pieces, 1e9), (("kind", "call"), ("function", node.function.name)))

    def glyph(self, part: Part, depth: int, letters: Letters) -> Glyph:
        """What a factor looks like."""
        node = part.node
        legs = [letters.wires[group[0]] if len(group) == 1 else plain("·") for group in part.slots]
        within = Letters(letters.wires, legs)
        opened = self.opens(node, depth) and (part.mark != "hole" or not isinstance(node, Sum))
        data = part_data(part, not opened)
        if opened:
            name = _function_name(node)
            return box_glyph(
                node,
                name,
                part.exponent,
                part.mark,
                lambda sides: self.inside(node, sides, depth, within),
                data,
                bool(name),
            )
        if not node.children:
            leaf = leaf_name(node)
            return tensor_glyph(node, named(leaf), part.exponent, part.mark, data, leaf[:200])
        fill = "function" if hasattr(node, "function") else "constant"
        return pill_glyph(node, self.name(node), part.exponent, part.mark, data, self.formulas.get(node, ""), fill)

    def name(self, node: Node) -> Runs:
        """The text of a node that is not opened: its name, its formula if that is short, or a name that is defined below."""
        if not node.children:
            return named(leaf_name(node))
        if node in self.folded:
            return self.folded[node]
        formula = self.formula(node)
        if formula and len(formula) <= SHORT:
            formula = formula.replace(".*", "∘").replace("*", "·")
            return lettered(formula if hasattr(node, "function") else f"({formula})")
        stem = node.function.name if hasattr(node, "function") else "s"
        self.taken[stem] += 1
        runs = self.folded[node] = (Run(stem), Run(str(self.taken[stem]), -1))
        return runs

    def formula(self, node: Node) -> str:
        """The formula of a node that is small enough to have a short one."""
        if node not in self.formulas:
            small = self.options.write is not None and _weight(node) <= 6
            try:
                self.formulas[node] = self.options.write(node) if small and self.options.write else ""
            except Exception:  # a formula is a courtesy
                self.formulas[node] = ""
        return self.formulas[node]

    def definition(self, node: Node) -> Picture:
        """The line that says what a folded node is."""
        head = [Piece(self.folded[node], size=NAME, italic=True), operator("=")]
        if hasattr(node, "function"):
            head += [Piece(named(node.function.name), size=NAME), Piece(plain("("), space=4.0)]
            for place, arg in enumerate(node.children):
                head += [sentence(",")] if place else []
                head.append(Piece(self.draw(arg, "", 1), space=6.0))
            head.append(Piece(plain(")"), space=6.0))
            body = (("kind", "call"), ("function", node.function.name), *_key(node))
        else:
            head.append(Piece(self.draw(node, "", 1)))
            body = (("kind", "definition"), *_key(node))
        return grouped(row(head, 1e9), body)

    def card(self, parts: Sequence[Part], outputs: Sequence[Group], sizes: Sequence[Axis], data: Data) -> Picture:
        """What is too large to be drawn legibly, in numbers."""
        names = Counter(text_of(part.node)[:20] for part in parts)
        most = sorted(names.items(), key=lambda found: (-found[1], found[0]))[:6]
        common = ", ".join(f"{name} × {count}" if count > 1 else name for name, count in most)
        texts = [
            f"product of {len(parts):,} factors, {len(sizes):,} wires, {len(outputs)} legs",
            common + (", …" if len(names) > 6 else ""),
            "too many to draw legibly: to_networkx() has the graph",
        ]
        rows = [row([sentence(text, NAME, place == 1)]) for place, text in enumerate(texts)]
        return framed(column(rows, 8.0), (("kind", "card"), *data[-1:]))


def _sides_of(node: Node) -> str:
    """Where the legs of a node go, if nobody says: down if there are many, each on a tensor of its own, as in a chain."""
    if node.order > 4 and isinstance(node, Network):
        held = [[wire for group in factor.slots for wire in group] for factor in node.factors]
        legs = {group[0] for group in node.outputs}
        bearers = sum(any(wire in legs for wire in wires) for wires in held)
        if bearers == node.order and all(any(wire not in legs for wire in wires) for wires in held):
            return "d" * node.order
    return default_sides(node.order)


def _weight(node: Node) -> int:
    """About how many things a node shows."""
    if isinstance(node, Network):
        return max(1, len(node.factors)) + sum(1 for factor in node.factors if factor.node.children)
    return 1 + sum(max(1, len(child.children)) for child in node.children)


def _is_one(node: Node) -> bool:
    return isinstance(node, Network) and not node.factors and not node.outputs


def _function_name(node: Node) -> Runs:
    return named(node.function.name) if hasattr(node, "function") else ()


def _nothing() -> Picture:
    return Picture([], (0.0, 0.0, 0.0, 0.0))


def _unseen(*data: tuple[str, str]) -> Picture:
    items: list[Item] = [
        Open(tuple(data)),
        Open((("kind", "network"), ("outputs", ""), ("sizes", "[]"))),
        Close(),
        Close(),
    ]
    return Picture(items, (0.0, 0.0, 0.0, 0.0))


def _key(node: Node) -> Data:
    return (("key", node.key.hex()),)


def network_data(node: Network) -> Data:
    """What the group of a product says."""
    return (("kind", "network"), ("outputs", slots_text(node.outputs)), ("sizes", json.dumps(node.sizes)), *_key(node))


def part_data(part: Part, folded: bool) -> Data:
    """What the group of a factor says."""
    data: list[tuple[str, str]] = [("kind", "factor"), ("slots", slots_text(part.slots))]
    if part.exponent != 1:
        data.append(("exponent", str(part.exponent)))
    return (*data, *reference(part.node)) if folded else tuple(data)
