"""The public REST API, ``/api/v1`` on the admin host."""
