"""The worker and the bell, as real processes."""
