"""How a questionnaire is answered: together, with versions, submitted and read again."""
