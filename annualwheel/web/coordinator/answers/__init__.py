"""How the answers stand, and who may change theirs."""
