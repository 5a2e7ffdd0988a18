"""Reading customers from files: Ultimate Multisite's, Adobe Commerce's and Atoll's own."""
