"""What can be wrong with a picture, found in its data: wires under nodes or on each other, texts on anything, cuts."""

from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

from tensor_networks.drawing.picture import Box, Inset, Line, Picture, Shape, Text, text_box
from tensor_networks.drawing.style import width

Segment = tuple[float, float, float, float]


def faults(picture: Picture) -> list[str]:
    """All faults of a picture and of the pictures within it."""
    shapes = [item for item in picture.items if isinstance(item, Shape)]
    segments = [(segment, line.wire) for line in picture.items if isinstance(line, Line) for segment in _segments(line)]
    texts = [(item, text_box(item)) for item in picture.items if isinstance(item, Text)]
    insets = [item for item in picture.items if isinstance(item, Inset)]
    found = [*_inside(picture), *_of_wires(segments, shapes), *_of_texts(texts, segments, shapes)]
    found += _of_insets(insets, segments, texts)
    for inset in insets:
        found += faults(inset.picture)
    return found + [f"{_words(text)} does not fit into its node" for shape, text in _named(picture) if _wider(text, shape)]


def _of_wires(segments: Sequence[tuple[Segment, int]], shapes: Sequence[Shape]) -> Iterator[str]:
    for segment, wire in segments:
        for shape in shapes:
            if _overlap(segment, _shrunk(shape.box, 1.5)):
                yield f"wire {wire} runs under a node at {shape.box}"
    for (one, first), (two, second) in combinations(segments, 2):
        if (first != second or first < 0) and _on_each_other(one, two):
            yield f"wires {first} and {second} lie on each other at {one} {two}"


def _of_texts(
    texts: Sequence[tuple[Text, Box]], segments: Sequence[tuple[Segment, int]], shapes: Sequence[Shape]
) -> Iterator[str]:
    for text, box in texts:
        for segment, wire in segments:
            if _overlap(segment, box):
                yield f"text {_words(text)} lies on wire {wire}"
        for shape in shapes:
            if _overlap(box, shape.box) and not _within(box, shape.box):
                yield f"text {_words(text)} sticks out of a node, or lies on it"
    for (one_text, one_box), (two_text, two_box) in combinations(texts, 2):
        if _overlap(one_box, two_box):
            yield f"texts {_words(one_text)} and {_words(two_text)} lie on each other"


def _of_insets(
    insets: Sequence[Inset], segments: Sequence[tuple[Segment, int]], texts: Sequence[tuple[Text, Box]]
) -> Iterator[str]:
    for one, two in combinations(insets, 2):
        if _overlap(_shrunk(_placed(one), 0.5), _placed(two)):
            yield "two pictures lie on each other"
    for inset in insets:
        box = _placed(inset)
        for segment, wire in segments:
            if _overlap(segment, _shrunk(box, 1.5)) and box[2] > box[0]:
                yield f"wire {wire} runs under a picture"
        for text, own in texts:
            if _overlap(own, _shrunk(box, 0.5)):
                yield f"text {_words(text)} lies on a picture"


def _wider(text: Text, shape: Shape) -> bool:
    return width(text.runs, text.size) > shape.box[2] - shape.box[0]


def _named(picture: Picture) -> Iterator[tuple[Shape, Text]]:
    for one, two in pairwise(picture.items):
        if isinstance(one, Shape) and isinstance(two, Text) and two.purpose == "name":
            yield one, two


def _inside(picture: Picture) -> Iterator[str]:
    """Everything must lie within the box of the picture: what sticks out is cut off."""
    for item in picture.items:
        box: Box | None = None
        if isinstance(item, Shape):
            box = item.box
        elif isinstance(item, Text):
            box = text_box(item)
        elif isinstance(item, Inset):
            box = _placed(item)
        elif isinstance(item, Line):
            xs, ys = zip(*item.points, strict=True)
            box = (min(xs), min(ys), max(xs), max(ys))
        if box is not None and not _within(box, picture.box, 0.6):
            yield f"{type(item).__name__} {box} sticks out of {picture.box}"


def _placed(inset: Inset) -> Box:
    left, top, right, bottom = (side * inset.scale for side in inset.picture.box)
    return left + inset.dx, top + inset.dy, right + inset.dx, bottom + inset.dy


def _segments(line: Line) -> Iterator[Segment]:
    for (ax, ay), (bx, by) in pairwise(line.points):
        yield min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)


def _overlap(one: Box, two: Box) -> bool:
    return one[0] < two[2] and one[2] > two[0] and one[1] < two[3] and one[3] > two[1]


def _within(inner: Box, outer: Box, slack: float = 0.1) -> bool:
    low = inner[0] >= outer[0] - slack and inner[1] >= outer[1] - slack
    return low and inner[2] <= outer[2] + slack and inner[3] <= outer[3] + slack


def _shrunk(box: Box, by: float) -> Box:
    return box[0] + by, box[1] + by, box[2] - by, box[3] - by


def _on_each_other(one: Segment, two: Segment) -> bool:
    """Parallel, closer than 3 pixels, side by side for more than 2."""
    for axis in (0, 1):
        flat_one, flat_two = one[axis + 2] - one[axis] < 0.5, two[axis + 2] - two[axis] < 0.5
        if flat_one and flat_two and abs(one[axis] - two[axis]) < 3:
            other = 1 - axis
            if min(one[other + 2], two[other + 2]) - max(one[other], two[other]) > 2:
                return True
    return False


def _words(text: Text) -> str:
    return repr("".join(run.text for run in text.runs))
