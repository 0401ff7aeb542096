"""The tree of a page, as tests import it."""
from rehearse.dom import Node, parse, squeeze

__all__ = ["Node", "parse", "squeeze"]
