"""What an admin does with a site: change, open, close, copy, delete."""
