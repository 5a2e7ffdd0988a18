"""What happens later: listeners read the log, performers do due work."""
