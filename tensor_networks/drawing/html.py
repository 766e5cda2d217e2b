"""A page or a fragment with formulas and pictures side by side."""

from __future__ import annotations

from collections.abc import Iterable

from tensor_networks.drawing.svg import escape

PAGE = (
    '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>\n<style>'
    "body{{font-family:Georgia,serif;margin:2em auto;max-width:1200px;background:#fff;color:#1b1f24;color-scheme:light dark}}"
    "table{{border-collapse:collapse}}td{{padding:8px 14px;vertical-align:middle}}code{{font-size:14px;white-space:pre-wrap}}"
    "svg{{max-width:100%;height:auto}}"
    "@media (prefers-color-scheme:dark){{body{{background:#12171e;color:#e8edf4}}}}"
    "</style></head>\n<body>{body}</body></html>\n"
)


def table(rows: Iterable[tuple[str, str]]) -> str:
    """Rows of a formula (text, escaped here) and a picture (SVG)."""
    body = "".join(f"<tr><td><code>{escape(formula)}</code></td><td>{picture}</td></tr>\n" for formula, picture in rows)
    return f"<table>\n{body}</table>"


def page(title: str, body: str) -> str:
    """A whole page around a body that is HTML already."""
    return PAGE.format(title=escape(title), body=body)
