"""Backends: one table of names each, and the printer that writes a program with such a table."""
