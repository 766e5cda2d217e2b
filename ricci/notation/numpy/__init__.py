"""NumPy notation: the functions of NumPy and SciPy on nodes."""
