"""The HTTP side of the customers service: read the request, call one function, answer a contract."""
