"""The words of the pages: states, kinds and roles, refusals, imports, in both languages."""
