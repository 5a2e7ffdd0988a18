"""What crosses a process border: plain pydantic, no behaviour that needs a database or a framework."""
