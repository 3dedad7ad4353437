"""Settings of the studio node."""

import ipaddress

from pydantic import field_validator

from phoenix_core.settings.node_settings import NodeSettings, setting


class StudioSettings(NodeSettings):
    """Settings of the studio node."""

    port: int = setting(8765, 'Port of the page, on loopback; 0: any free one.', ge=0, le=65535)
    host: str = setting(
        '127.0.0.1',
        'Address to listen on. Another one of this machine lets other devices in, with TLS and a '
        'code that the terminal shows.',
        machine=True,
    )
    open_browser: bool = setting(True, 'Opens the page in a browser where there is a screen.')
    faults: bool = setting(
        False, 'Lets the page break parts of a simulated toy, to see how it recovers.'
    )
    bags: str = setting(
        'bags', 'Folder of the recorded sessions that the page shows.', machine=True
    )

    @field_validator('host')
    @classmethod
    def _of_one_interface(cls, host: str) -> str:
        """Refuse a name, and all addresses at once: browsers have to name the one they mean."""
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            address = None
        if address is None or address.is_unspecified or address.is_multicast:
            raise ValueError('must be one IP address of this machine, like 192.168.1.20')
        return host
