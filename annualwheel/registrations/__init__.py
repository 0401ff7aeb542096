"""Registrations: from invitation to attendance."""
