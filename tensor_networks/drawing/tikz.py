"""A picture as TikZ: a standalone document that needs nothing but pgf, with the coordinates of the SVG."""

from __future__ import annotations

from tensor_networks.drawing.picture import Line, Picture, Polygon, Shape, Text, flat
from tensor_networks.drawing.style import LIGHT, Runs

_ESCAPES = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "−": r"\ensuremath{-}",
    "·": r"\ensuremath{\cdot}",
    "∘": r"\ensuremath{\circ}",
    "∂": r"\ensuremath{\partial}",
    "×": r"\ensuremath{\times}",
    "…": r"\dots{}",
    "'": r"\textquotesingle{}",
    "`": r"\textasciigrave{}",
}
_GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho varsigma sigma tau upsilon "
    "phi chi psi omega"
)
_CAPITALS = {2: "Gamma", 3: "Delta", 7: "Theta", 10: "Lambda", 13: "Xi", 15: "Pi", 18: "Sigma", 20: "Upsilon", 21: "Phi"}
_CAPITALS |= {23: "Psi", 24: "Omega"}
_LETTERS = {0x3B1 + place: name for place, name in enumerate(_GREEK.split()) if name != "omicron"}
_LETTERS |= {0x391 + place: name for place, name in _CAPITALS.items()}
_ESCAPES |= {chr(code): rf"\ensuremath{{\{name}}}" for code, name in _LETTERS.items()}


PREAMBLE = (
    r"\documentclass[border=4pt]{standalone}",
    r"\usepackage{textcomp}",
    r"\usepackage[T1]{fontenc}",
    r"\usepackage{tikz}",
)


def escape(text: str) -> str:
    """Text for LaTeX. Letters that a plain LaTeX has no glyph for are shown by their code."""
    out = []
    for character in text:
        if character in _ESCAPES:
            out.append(_ESCAPES[character])
        elif " " <= character <= "~":
            out.append(character)
        else:
            out.append(f"\\texttt{{U+{ord(character):04X}}}")
    return "".join(out)


def _runs(runs: Runs, italic: bool) -> str:
    out = []
    for text, shift in runs:
        piece = escape(text)
        out.append(piece if not shift else f"\\text{'super' if shift > 0 else 'sub'}script{{{piece}}}")
    whole = "".join(out)
    return f"\\textit{{{whole}}}" if italic else whole


def tikz(picture: Picture, standalone: bool = True) -> str:
    """The LaTeX text of a picture: a document of its own, or a ``tikzpicture`` for another one."""
    out = [r"\begin{tikzpicture}[x=0.75pt,y=-0.75pt,line cap=round]"]
    out += [f"\\definecolor{{ricci-{role}}}{{HTML}}{{{colour[1:].upper()}}}" for role, colour in LIGHT.items()]
    for item in flat(picture):
        if isinstance(item, Line):
            look = [
                f"ricci-{item.role}",
                f"line width={item.thick * 0.75:.2f}pt",
                f"rounded corners={item.corner * 0.6:.1f}pt",
            ]
            out.append(f"\\draw[{','.join(look)}] " + " -- ".join(f"({x:.1f},{y:.1f})" for x, y in item.points) + ";")
        elif isinstance(item, Shape):
            out.append(_shape(item))
        elif isinstance(item, Polygon):
            out.append(f"\\fill[ricci-{item.role}] " + " -- ".join(f"({x:.1f},{y:.1f})" for x, y in item.points) + " -- cycle;")
        elif isinstance(item, Text):
            anchor = {"start": "base west", "middle": "base", "end": "base east"}[item.anchor]
            look = [f"anchor={anchor}", "inner sep=0pt", f"text=ricci-{item.role}"] + (["opacity=0.35"] if item.faint else [])
            size = f"\\fontsize{{{item.size * 0.75:.1f}}}{{{item.size:.1f}}}\\selectfont "
            x, y = item.at
            out.append(f"\\node[{','.join(look)}] at ({x:.1f},{y:.1f}) {{{size}{_runs(item.runs, item.italic)}}};")
    out.append(r"\end{tikzpicture}")
    if standalone:
        out = [*PREAMBLE, r"\begin{document}", *out, r"\end{document}"]
    return "\n".join([*out, ""])


def _shape(shape: Shape) -> str:
    left, top, right, bottom = shape.box
    look = [f"draw=ricci-{shape.stroke}", f"line width={shape.thick * 0.75:.2f}pt"]
    if shape.fill != "none":
        look.append(f"fill=ricci-{shape.fill}")
    if shape.dash:
        on, off = shape.dash.split()
        look.append(f"dash pattern=on {on}pt off {off}pt")
    if shape.corner < 0:
        radius = (right - left) / 2 * 0.75
        return f"\\path[{','.join(look)}] ({(left + right) / 2:.1f},{(top + bottom) / 2:.1f}) circle[radius={radius:.2f}pt];"
    look.append(f"rounded corners={min(shape.corner, (bottom - top) / 2 - 0.1) * 0.75:.2f}pt")
    return f"\\path[{','.join(look)}] ({left:.1f},{top:.1f}) rectangle ({right:.1f},{bottom:.1f});"
