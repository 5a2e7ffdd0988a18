"""The reads of the customers service: each function answers one page with few statements."""
