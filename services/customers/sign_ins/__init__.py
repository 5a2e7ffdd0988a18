"""Coming in: each step of it, its history, and who is here now."""
