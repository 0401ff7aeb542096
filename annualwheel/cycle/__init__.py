"""The year, its meetings and their phases, and the reference data they refer to."""
