"""Settings of the Home Assistant node."""

from pydantic import model_validator

from phoenix_core.limits.limits import is_loopback
from phoenix_core.settings.node_settings import NodeSettings, setting


class HomeAssistantSettings(NodeSettings):
    """Settings of the device. Nothing is announced: enter the address in Home Assistant."""

    host: str = setting('127.0.0.1', 'Address to listen at; elsewhere with a key alone.')
    port: int = setting(6053, 'Port; 0: any free one.', ge=0, le=65535, machine=True)
    title: str = setting('Phoenix', 'Name of the toy for people at home.', machine=True)
    key_file: str = setting(
        '', 'File with the key of the connection, readable by its owner alone; empty: none.'
    )
    limit_s: float = setting(3.0, 'Longest time for an answer of Assist [s].', gt=0, le=30)

    @model_validator(mode='after')
    def _is_encrypted(self) -> 'HomeAssistantSettings':
        if not self.key_file and not is_loopback(f'tcp://{self.host}'):
            raise ValueError('host: another address than 127.0.0.1 needs a key_file')
        return self
