"""The shared kernel: only what two processes or more use."""
