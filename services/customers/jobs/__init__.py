"""What is done to many customers at once."""
