"""Compare what we say has moved with a gateway's own list: the only proof that no money moved twice.

A movement is looked for by the gateway's name or by our key, whenever it was made; what is ours and not on
the list is asked for once more by name before it counts as missing, since two clocks never quite agree.
"""
