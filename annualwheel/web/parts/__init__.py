"""Parts of pages that several audiences share."""
