"""The setting of the voice and the chat model that repeat a recorded session."""

from phoenix_core.settings.node_settings import ProviderSettings, setting


class RecordedSettings(ProviderSettings):
    """Settings of the recorded voice and the recorded chat model."""

    bag: str = setting('', 'Path of the recorded session.', machine=True)
