"""Sphinx: `pip install -e .[docs]`, then `sphinx-build -W docs docs/_build`."""

from importlib.metadata import version as installed_version

project = "ricci"
author = "The ricci developers"
copyright = "2026, The ricci developers"
release = installed_version("ricci")

extensions = ["myst_nb"]
myst_enable_extensions = ["dollarmath", "deflist"]
myst_heading_anchors = 3
nb_execution_mode = "off"  # the examples are executed by the tests, see tests/docs
html_theme = "furo"
html_title = "ricci"
html_static_path = ["_static"]
html_css_files = ["width.css"]
exclude_patterns = ["_build", "jupyter_execute"]
