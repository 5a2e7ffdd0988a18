"""WHO: accounts, customers, their sign-ins, the timeline, the audit log and the API keys."""
