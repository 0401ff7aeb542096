"""Lists of contacts from a file: read, shown before anything is written, written, undone."""
