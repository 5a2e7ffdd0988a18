"""Stripe: pages of the provider's to pay on, saved methods charged later, refunds, disputes, webhooks.

A charge is called by its PaymentIntent (``pi_...``), and by its page (``cs_...``) until it is paid there.
"""
