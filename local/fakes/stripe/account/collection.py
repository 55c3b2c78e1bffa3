"""The objects of one kind, in order of creation, with an index by id and by reference."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping

from local.fakes.stripe.objects import Json


class Collection:
    """Objects of one kind. `references` names the indexed fields, by which a list is filtered fast.

    `is_chronological` is true until an object is older than the one added before it.
    """

    def __init__(self, noun: str, references: tuple[str, ...] = ()) -> None:
        self.noun = noun
        self._objects: dict[str, Json] = {}
        self._places: dict[str, int] = {}
        self._order: list[str] = []
        self._newest = 0
        self.is_chronological = True
        self._indexes: dict[str, dict[str, list[str]]] = {name: {} for name in references}

    def __contains__(self, identifier: str) -> bool:
        return identifier in self._objects

    def add(self, added: Json) -> Json:
        """Add and return a new object; the values of its references never change."""
        identifier = added["id"]
        if added["created"] < self._newest:
            self.is_chronological = False
        self._newest = added["created"]
        self._objects[identifier] = added
        self._places[identifier] = len(self._order)
        self._order.append(identifier)
        for name, index in self._indexes.items():
            if added.get(name) is not None:
                index.setdefault(added[name], []).append(identifier)
        return added

    def get(self, identifier: str) -> Json | None:
        """Return the object with that id, or None."""
        return self._objects.get(identifier)

    def __getitem__(self, identifier: str) -> Json:
        return self._objects[identifier]

    def remove(self, identifier: str) -> None:
        """Remove an object; the places of the others in the order do not change."""
        del self._objects[identifier]

    def newest_first(
        self,
        references: Mapping[str, str] | None = None,
        *,
        older_than: str | None = None,
        newer_than: str | None = None,
    ) -> Iterator[Json]:
        """Yield the objects, newest first; with `newer_than`, the newer ones, oldest first."""
        order = self._candidates(references or {})
        if newer_than is not None:
            start = bisect_right(order, self._places[newer_than], key=self._places.__getitem__)
            identifiers = iter(order[start:])
        elif older_than is not None:
            end = bisect_right(order, self._places[older_than] - 1, key=self._places.__getitem__)
            identifiers = (order[place] for place in range(end - 1, -1, -1))
        else:
            identifiers = reversed(order)
        for identifier in identifiers:
            found = self._objects.get(identifier)
            if found is not None and all(
                found.get(name) == value for name, value in (references or {}).items()
            ):
                yield found

    def _candidates(self, references: Mapping[str, str]) -> list[str]:
        narrowest = self._order
        for name, value in references.items():
            if name in self._indexes:
                narrowest = min(narrowest, self._indexes[name].get(value, []), key=len)
        return narrowest
