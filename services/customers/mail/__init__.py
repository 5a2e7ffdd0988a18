"""Messages: written with what they are about, sent by the worker."""
