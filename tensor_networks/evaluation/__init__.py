"""From nodes to numbers: contraction order, lowering to array steps, programs, their costs."""
