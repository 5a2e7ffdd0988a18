"""What customers are asked to pay, and how the money comes."""
