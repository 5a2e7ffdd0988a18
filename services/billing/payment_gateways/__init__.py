"""Who moves the money: one module a gateway, each behind the door ``atoll.payment_gateways``."""
