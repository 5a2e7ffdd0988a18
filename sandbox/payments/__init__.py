"""A pretend payment provider: the part of Stripe's protocol that Atoll uses, and faults when asked for.

It keeps its word: one writer at a time, committed before it answers, and a list of what really happened.
"""
