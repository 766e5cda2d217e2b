"""The page on the design names every room of the house."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def rooms() -> list[str]:
    """The packages, by path."""
    files = [path for package in ("ricci", "tensor_networks") for path in (ROOT / package).rglob("__init__.py")]
    return sorted(f"{path.parent.relative_to(ROOT).as_posix()}/" for path in files)


def named() -> set[str]:
    """The rooms of the table: in a row, a short name is beside the room before it."""
    found = set()
    for row in re.findall(r"^\| (`[a-z_/]+/`.*?) \|", (ROOT / "docs" / "design.md").read_text(encoding="utf-8"), re.MULTILINE):
        first, *others = re.findall(r"`([a-z_/]+/)`", row)
        found |= {first} | {f"{first[:-1].rpartition('/')[0]}/{other}" for other in others}
    return found


@pytest.mark.parametrize("room", rooms())
def test_a_room_is_in_the_table(room: str) -> None:
    assert room in named()
