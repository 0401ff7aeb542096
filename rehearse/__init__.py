"""The rehearsal: the whole year in fast time, with a clock of its own that no deployment can reach."""
