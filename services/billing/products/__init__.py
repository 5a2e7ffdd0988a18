"""What a network sells, and the rules for it."""
