"""Settings of the studio node."""

from phoenix_core.settings.node_settings import NodeSettings, setting


class StudioSettings(NodeSettings):
    """Settings of the studio node."""

    port: int = setting(8765, 'Port of the page, on loopback; 0: any free one.', ge=0, le=65535)
    open_browser: bool = setting(True, 'Opens the page in a browser where there is a screen.')
    faults: bool = setting(
        False, 'Lets the page break parts of a simulated toy, to see how it recovers.'
    )
    bags: str = setting(
        'bags', 'Folder of the recorded sessions that the page shows.', machine=True
    )
