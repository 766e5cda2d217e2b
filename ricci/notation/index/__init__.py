"""Index notation, with and without heights: its reader and its writer."""
