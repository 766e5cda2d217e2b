"""Expressions at arrays: arrays bound to tensors, compiled functions, slices, operators made of cores."""
