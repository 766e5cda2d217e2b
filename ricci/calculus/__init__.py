"""What derivatives rest on: the two sweeps, the rules of the function table, simplification, parts and free entries."""
