"""The pages of a site: added, written, moved, ordered, deleted."""
