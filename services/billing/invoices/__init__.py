"""Invoices and credit notes: numbered, written once, sent."""
