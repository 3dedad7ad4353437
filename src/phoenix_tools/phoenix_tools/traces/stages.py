"""The stages of an interaction, their budgets, and where it stopped."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field, field_validator

from phoenix_core import events
from phoenix_core.clock.units import NANOSECONDS_PER_SECOND
from phoenix_core.settings.config_file import FileModel, load_config
from phoenix_tools.traces.interaction import Interaction, Span

TOPICS = frozenset(event.topic for event in events.ALL)


class Stage(FileModel):
    """
    From one event to the first of others that it causes.

    The events are topics, with their kind where they have several.
    """

    name: str = Field(min_length=1)
    after: str | None = None
    to: list[str] = Field(min_length=1)
    budget_s: float | None = Field(None, gt=0)

    @field_validator('after', 'to')
    @classmethod
    def _know(cls, value: str | list[str] | None) -> str | list[str] | None:
        for name in [value] if isinstance(value, str) else value or []:
            if name.split(' ')[0] not in TOPICS:
                raise ValueError(f'{name.split(" ")[0]!r} is no topic of the catalogue')
        return value


class StagesFile(FileModel):
    """config/traces.yaml."""

    stages: list[Stage] = Field(min_length=1)


@dataclass(frozen=True)
class StageTime:
    """
    One stage of one interaction.

    :param begin: the event it began with; None when it began with what happened itself.
    :param end: the event it ended with; None when nothing came of `begin`.
    """

    stage: Stage
    begin: Span | None
    end: Span | None

    @property
    def seconds(self) -> float:
        """How long it took; 0 when it did not end."""
        if self.end is None:
            return 0.0
        begun_ns = self.end.happened_ns if self.begin is None else self.begin.sent_ns
        return (self.end.sent_ns - begun_ns) / NANOSECONDS_PER_SECOND

    @property
    def over_budget(self) -> bool:
        """Whether it took longer than it may."""
        return self.stage.budget_s is not None and self.seconds > self.stage.budget_s


def load_stages(config: Path) -> list[Stage]:
    """
    Read the stages.

    :raises ConfigFileError: unreadable, or not of that form.
    """
    return load_config(config / 'traces.yaml', StagesFile).stages


def stage_times(interaction: Interaction, stages: list[Stage]) -> list[StageTime]:
    """
    Find the stages of an interaction, in the order in which they began.

    One that did not end is left out if its end would not have been recorded.
    """
    found = [
        time
        for stage in stages
        for time in _times(interaction, stage)
        if time.end is not None or _topics(stage) <= set(interaction.topics)
    ]
    return sorted(found, key=lambda time: (time.begin or time.end or interaction.spans[0]).sent_ns)


def _times(interaction: Interaction, stage: Stage) -> Iterator[StageTime]:
    for span in interaction.spans:
        if stage.after is None and span.name in stage.to:
            yield StageTime(stage, None, span)
        elif stage.after is not None and span.name == stage.after and not _repeated(span):
            ends = (other for other in interaction.descendants(span) if other.name in stage.to)
            yield StageTime(stage, span, min(ends, key=lambda end: end.sent_ns, default=None))


def _topics(stage: Stage) -> set[str]:
    return {name.split(' ')[0] for name in stage.to}


def _repeated(span: Span) -> bool:
    """Tell the last frame of a sound, with which no stage begins."""
    return span.event is events.AUDIO_OUTPUT and span.message.sequence > 0
