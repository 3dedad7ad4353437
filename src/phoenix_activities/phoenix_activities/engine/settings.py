"""The settings of the activities node."""

from phoenix_activities.engine.toy_interface import Phase
from phoenix_core.settings.node_settings import SeededSettings, setting


class ActivitiesSettings(SeededSettings):
    """Settings of the activities node."""

    volume: float = setting(0.7, 'Volume of the voice until somebody changes it.', ge=0, le=1)
    listening_deadline_s: float = setting(
        30.0, 'The toy gives up an ear that reports nothing for so long [s].', gt=0
    )
    thinking_deadline_s: float = setting(
        20.0, 'The toy gives up and rests when no next step of an answer comes [s].', gt=0
    )
    speaking_deadline_s: float = setting(
        90.0, 'The toy gives up an utterance that does not end [s].', gt=0
    )
    thinking_earcon_s: float = setting(
        2.0, 'Thinking is heard again and again after so long [s].', ge=0.5, le=30
    )
    state_file: str = setting(
        'auto',
        'Keeps what must survive a crash; auto: named as the toy below XDG_STATE_HOME; empty: '
        'nothing is kept.',
        machine=True,
    )

    @property
    def deadlines_s(self) -> dict[Phase, float]:
        """How long each phase may last without progress."""
        return {
            Phase.LISTENING: self.listening_deadline_s,
            Phase.FOLLOWING_UP: self.listening_deadline_s,
            Phase.THINKING: self.thinking_deadline_s,
            Phase.SPEAKING: self.speaking_deadline_s,
        }
