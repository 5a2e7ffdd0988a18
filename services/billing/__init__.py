"""MONEY: products, memberships, payments and refunds."""
