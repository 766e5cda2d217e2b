from ricci.notation.declarations import Scope
def inferred(text, tree): return Scope({}, frozenset())
