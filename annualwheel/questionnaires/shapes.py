"""Frozen types and the JSON objects they are stored as.

A `Shape` is a table of the keys of an object with how each is read and written. It keeps what an
object of another time has more or less of, and writes that object as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar

Stored: TypeAlias = dict[str, Any]
T = TypeVar("T")
# A value of its own, since None and "" are defaults that a field may have.
_REQUIRED = object()


@dataclass(frozen=True, slots=True)
class Deviation:
    """How a stored object differs from the shape that is written today.

    `added` has the values that no field reads, `missing` the keys that the object did not have.
    """

    added: dict[str, Any]
    missing: frozenset[str]


class Field(NamedTuple):
    """How the value under one key is read and written, and what it is where the key is missing."""

    read: Callable[[Any], Any]
    write: Callable[[Any], Any]
    default: Any = _REQUIRED

    def absent(self, key: str) -> Any:
        """The value of a missing key. Raises `KeyError` where there is no default."""
        if self.default is _REQUIRED:
            raise KeyError(key)
        return self.default


class Shape(Generic[T]):
    """An object of the JSON and the type it becomes.

    `fields` are its keys in the order of the type, whose last field is `deviation`.
    """

    def __init__(self, make: Callable[..., T], **fields: Field) -> None:
        self.make, self.fields, self.keys = make, fields, frozenset(fields)
        self._reading = [(key, field.read) for key, field in fields.items()]

    def read(self, raw: Mapping[str, Any]) -> T:
        """The type. Raises `KeyError` when a key without a default is missing."""
        # Nearly every object has today's shape, and a pack reads them all: no key is looked for.
        if raw.keys() == self.keys:
            return self.make(*[read(raw[key]) for key, read in self._reading])
        known = {
            key: field.read(raw[key]) if key in raw else field.absent(key)
            for key, field in self.fields.items()
        }
        added = {key: value for key, value in raw.items() if key not in self.keys}
        return self.make(**known, deviation=Deviation(added, self.keys - raw.keys()))

    def write(self, value: Any) -> Stored:
        """The JSON object: the reverse of `read`."""
        deviation: Deviation | None = value.deviation
        missing = deviation.missing if deviation else frozenset()
        known = {
            key: field.write(getattr(value, key))
            for key, field in self.fields.items()
            # Writing the default of a missing key would change what was submitted.
            if key not in missing
        }
        return known | deviation.added if deviation else known


def plain(default: Any = _REQUIRED) -> Field:
    """A value that JSON holds as it is."""
    return Field(_same, _same, default)


def many(one: Shape[Any] | Field) -> Field:
    """A list of what `one` reads and writes, as a tuple; a missing key gives an empty one."""
    return Field(
        lambda raw: tuple([one.read(each) for each in raw]),
        lambda values: [one.write(each) for each in values],
        (),
    )


def perhaps(one: Shape[Any] | Field) -> Field:
    """What `one` reads and writes, or null; a missing key gives None."""
    return Field(
        lambda raw: None if raw is None else one.read(raw),
        lambda value: None if value is None else one.write(value),
        None,
    )


def _same(value: Any) -> Any:
    return value
