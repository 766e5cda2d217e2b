"""A derivative as a matrix, in every convention of writing it as one."""
