"""How far the answers have come, and which organisations may change theirs."""
