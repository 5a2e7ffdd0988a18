"""What the sites service answers over HTTP, one module an audience."""
