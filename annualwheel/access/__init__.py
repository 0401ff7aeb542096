"""Links that open what they name: signed, with a version that revokes."""
