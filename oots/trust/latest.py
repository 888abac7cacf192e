"""The latest results of something that always comes out the same, so that it need not be worked out each time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

MOST_KEPT = 256

KeyT = TypeVar("KeyT", bound=Hashable)
ValueT = TypeVar("ValueT")


class Latest(Generic[KeyT, ValueT]):
    """Forgets the oldest once there are too many. For any thread."""

    def __init__(self) -> None:
        self._kept: OrderedDict[KeyT, ValueT] = OrderedDict()
        self._turn = Lock()

    def recall(self, key: KeyT) -> ValueT | None:
        return self._kept.get(key)

    def keep(self, key: KeyT, value: ValueT) -> ValueT:
        with self._turn:
            self._kept[key] = value
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return value
