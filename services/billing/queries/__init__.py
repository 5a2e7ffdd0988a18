"""What is read of billing, in few statements each: one module an area."""
