"""The passes of simplification, each with its reason: a function from a node to an equal one."""
