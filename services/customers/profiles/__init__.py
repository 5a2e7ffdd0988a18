"""What is known of a customer, and the rules for it."""
