"""Where a Wyoming server is, and how long it is waited for."""

from pydantic import field_validator

from phoenix_core.limits.limits import is_loopback
from phoenix_core.settings.node_settings import ProviderSettings, setting


class WyomingAddress(ProviderSettings):
    """Where a Wyoming server is. The protocol has no encryption."""

    host: str = setting('127.0.0.1', 'Address of the server, without a port.')
    port: int = setting(10300, 'Port of the server.', ge=1, le=65535)

    @field_validator('host')
    @classmethod
    def _is_one_address(cls, host: str) -> str:
        if not host or not all(letter.isalnum() or letter in '.-_:' for letter in host):
            raise ValueError('must be a name or an address, as home.local or 192.168.1.10')
        return host

    @staticmethod
    def is_here(host: str) -> bool:
        """Return whether a name or an address is that of this machine."""
        return is_loopback(f'tcp://[{host}]' if ':' in host else f'tcp://{host}')


class WyomingSettings(WyomingAddress):
    """Settings of a recognizer or a voice on a Wyoming server."""

    name: str = setting('', "Name of the server's model or voice; empty: its own choice.")

    @property
    def neighbor(self) -> str:
        """The name by which a parent allows the server; empty: it is this machine."""
        host = f'[{self.host}]' if ':' in self.host else self.host
        return '' if self.is_here(self.host) else f'wyoming:{host}:{self.port}'
