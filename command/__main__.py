"""``python -m command`` is ``atoll``."""

from command.main import atoll

atoll(prog_name="atoll")
