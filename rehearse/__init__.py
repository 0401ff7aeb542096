"""The rehearsal: the whole year in fast time, with its own clock, which no deployment can reach."""
