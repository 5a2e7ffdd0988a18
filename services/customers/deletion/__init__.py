"""How a customer goes, and what is kept of him."""
