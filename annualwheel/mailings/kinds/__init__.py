"""The kinds of mailing, one object each, in a file of its own; `registry` finds them."""
