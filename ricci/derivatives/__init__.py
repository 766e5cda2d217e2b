"""Derivatives of expressions: gradients to Hessians, products with directions, differentials, curvature, manifolds."""
