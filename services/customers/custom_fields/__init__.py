"""What a network wants to know of its customers beyond the profile."""
