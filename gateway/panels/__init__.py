"""The boxes of admin pages: a module for each service, found by the entry points ``atoll.panels``."""
