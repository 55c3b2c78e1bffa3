"""The objects of one kind, in the order in which they were made, found by id and by reference."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping

from local.fakes.stripe.objects import Json


class Collection:
    """Objects of one kind. `references` names the fields by which a list may be narrowed fast.

    It `is_chronological` until the clock goes back between two of them.
    """

    def __init__(self, noun: str, references: tuple[str, ...] = ()) -> None:
        self.noun = noun
        self._objects: dict[str, Json] = {}
        self._places: dict[str, int] = {}
        self._order: list[str] = []
        self._newest = 0
        self.is_chronological = True
        self._by: dict[str, dict[str, list[str]]] = {name: {} for name in references}

    def __contains__(self, identifier: str) -> bool:
        return identifier in self._objects

    def add(self, made: Json) -> Json:
        """Keep a new object; its references never change."""
        identifier = made["id"]
        if made["created"] < self._newest:
            self.is_chronological = False
        self._newest = made["created"]
        self._objects[identifier] = made
        self._places[identifier] = len(self._order)
        self._order.append(identifier)
        for name, index in self._by.items():
            if made.get(name) is not None:
                index.setdefault(made[name], []).append(identifier)
        return made

    def get(self, identifier: str) -> Json | None:
        """Return the object with that id, or None."""
        return self._objects.get(identifier)

    def __getitem__(self, identifier: str) -> Json:
        return self._objects[identifier]

    def remove(self, identifier: str) -> None:
        """Forget an object; its place in the order stays taken."""
        del self._objects[identifier]

    def newest_first(
        self,
        references: Mapping[str, str] | None = None,
        *,
        older_than: str | None = None,
        newer_than: str | None = None,
    ) -> Iterator[Json]:
        """Walk the objects from the newest; with `newer_than`, from the oldest of those newer."""
        order = self._candidates(references or {})
        if newer_than is not None:
            start = bisect_right(order, self._places[newer_than], key=self._places.__getitem__)
            walk = iter(order[start:])
        elif older_than is not None:
            end = bisect_right(order, self._places[older_than] - 1, key=self._places.__getitem__)
            walk = (order[place] for place in range(end - 1, -1, -1))
        else:
            walk = reversed(order)
        for identifier in walk:
            found = self._objects.get(identifier)
            if found is not None and all(
                found.get(name) == value for name, value in (references or {}).items()
            ):
                yield found

    def _candidates(self, references: Mapping[str, str]) -> list[str]:
        narrowest = self._order
        for name, value in references.items():
            if name in self._by:
                narrowest = min(narrowest, self._by[name].get(value, []), key=len)
        return narrowest
