"""Mail, from its kind and text to the wire."""
