"""What can be wrong with a picture, found in its data: wires under nodes or on each other, texts on anything, cuts."""

from collections.abc import Iterator
from itertools import combinations, pairwise

from tensor_networks.drawing.picture import Box, Inset, Line, Picture, Shape, Text, text_box
from tensor_networks.drawing.style import width

Segment = tuple[float, float, float, float]


def faults(picture: Picture) -> list[str]:
    """All faults of a picture and of the pictures within it."""
    found = list(_inside(picture))
    shapes = [item for item in picture.items if isinstance(item, Shape)]
    lines = [item for item in picture.items if isinstance(item, Line)]
    texts = [item for item in picture.items if isinstance(item, Text)]
    segments = [(segment, line.wire) for line in lines for segment in _segments(line)]
    for segment, wire in segments:
        for shape in shapes:
            if _overlap(segment, _shrunk(shape.box, 1.5)):
                found.append(f"wire {wire} runs under a node at {shape.box}")
    for (one, first), (two, second) in combinations(segments, 2):
        if (first != second or first < 0) and _on_each_other(one, two):
            found.append(f"wires {first} and {second} lie on each other at {one} {two}")
    boxes = [(text, text_box(text)) for text in texts]
    for text, box in boxes:
        for segment, wire in segments:
            if _overlap(segment, box):
                found.append(f"text {_words(text)} lies on wire {wire}")
        for shape in shapes:
            if _overlap(box, shape.box) and not _within(box, shape.box):
                found.append(f"text {_words(text)} sticks out of a node, or lies on it")
    for (one_text, one_box), (two_text, two_box) in combinations(boxes, 2):
        if _overlap(one_box, two_box):
            found.append(f"texts {_words(one_text)} and {_words(two_text)} lie on each other")
    insets = [item for item in picture.items if isinstance(item, Inset)]
    for one_inset, two_inset in combinations(insets, 2):
        if _overlap(_shrunk(_placed(one_inset), 0.5), _placed(two_inset)):
            found.append("two pictures lie on each other")
    for inset in insets:
        box = _placed(inset)
        for segment, wire in segments:
            if _overlap(segment, _shrunk(box, 1.5)) and box[2] > box[0]:
                found.append(f"wire {wire} runs under a picture")
        for text, own in boxes:
            if _overlap(own, _shrunk(box, 0.5)):
                found.append(f"text {_words(text)} lies on a picture")
        found += faults(inset.picture)
    for shape, text in _named(picture):
        if width(text.runs, text.size) > shape.box[2] - shape.box[0]:
            found.append(f"{_words(text)} does not fit into its node")
    return found


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
