"""Processes are killed with SIGKILL, and nothing is lost and nothing done twice."""
