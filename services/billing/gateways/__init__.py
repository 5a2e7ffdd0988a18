"""How a network uses its payment gateways; the gateways themselves are in ``payment_gateways``."""
