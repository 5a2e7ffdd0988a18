"""The ledger, and whether it adds up."""
