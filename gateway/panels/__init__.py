"""The boxes of admin pages: one module for each service's boxes, found by the entry points ``atoll.panels``."""
