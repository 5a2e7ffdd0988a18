"""What a customer has bought time of: how it begins, changes, ends, and what its time costs."""
