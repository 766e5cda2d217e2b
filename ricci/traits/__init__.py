"""Traits: what the words of a declaration after its sizes say of a tensor, and all that follows from them, in one table."""
