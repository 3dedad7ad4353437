"""The capabilities that the toy has lost, and which of them nobody was told of."""


class LostCapabilities:
    """Capabilities by their names in the process table."""

    def __init__(self) -> None:
        self._names: frozenset[str] = frozenset()
        self.unannounced: list[str] = []

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def update(self, names: frozenset[str]) -> None:
        """Follow what is lost now; what has come back needs no announcement."""
        known = [name for name in self.unannounced if name in names]
        self.unannounced = known + sorted(names - self._names)
        self._names = names

    def announce_first(self, name: str) -> None:
        """Have a capability announced before all others, also again."""
        self.unannounced = [*dict.fromkeys([name, *self.unannounced])]
