"""What a site shows, and the copies of memberships that it follows from."""
