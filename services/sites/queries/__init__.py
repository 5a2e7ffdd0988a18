"""What the pages read of sites."""
