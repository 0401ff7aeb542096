"""What we ask: definitions read from TOML, the path through them, the forms built from them, and
what people answer.
"""
