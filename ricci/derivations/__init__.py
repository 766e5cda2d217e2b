"""The derivation of a derivative, step by step."""
