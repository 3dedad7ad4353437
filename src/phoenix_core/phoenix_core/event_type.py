"""What the catalogue says of one kind of event."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from phoenix_msgs.msg import EventHeader
from rclpy.qos import QoSProfile

from phoenix_core.comparison import EXACT, IGNORE, Comparison
from phoenix_core.rules import Rule


class EventRuleError(ValueError):
    """An event breaks a rule of the catalogue and was not published."""


class Privacy(enum.Enum):
    """What an event tells about the people in the room; decides what may be kept."""

    NONE = 'none'  # that something happened, at most that somebody was there
    PERSONAL = 'personal'  # may hold what a person said or is called, or what was answered
    AUDIO = 'audio'  # sound


@dataclass(frozen=True, eq=False)
class EventType:
    """
    One kind of event: where it travels, as what, and under which rules.

    :param name: in capitals, as the constant in phoenix_core.events.
    :param topic: relative to the toy's namespace, or absolute.
    :param message: the ROS message class.
    :param qos: one of phoenix_core.qos.
    :param description: one line for the documents.
    :param privacy: what it tells about people.
    :param rules: field name to rule; a field without one may hold whatever its type can.
    :param compare: how a replay compares: field name to comparison, or one for the whole event.
        Default: the header is ignored, all else must be exactly as recorded.
    :param rate_hz: messages a second while it flows; None: comes when something happens.
    :param deadline_s: from the event that caused it until this one; None: no promise.
    :param no_producer: why no node of Phoenix publishes it; empty: one must.
    :param no_consumer: why no node of Phoenix hears it; empty: one must.
    :param starts_trace: this event begins a new interaction, whatever was handled when it came up.
    :param traced: carries trace identifiers; a stream of samples does not.
    :param needs_cause: is traced only when an event caused it; otherwise it begins an interaction.
    """

    name: str
    topic: str
    message: Any
    qos: QoSProfile
    description: str
    privacy: Privacy
    rules: Mapping[str, Rule] = field(default_factory=dict)
    compare: Mapping[str, Comparison] | Comparison = field(default_factory=dict)
    rate_hz: float | None = None
    deadline_s: float | None = None
    no_producer: str = ''
    no_consumer: str = ''
    starts_trace: bool = False
    traced: bool = True
    needs_cause: bool = False

    @cached_property
    def has_header(self) -> bool:
        """Tell whether the message has Phoenix's event header; other packages' types do not."""
        return self.message.get_fields_and_field_types().get('header') == _HEADER

    @cached_property
    def comparisons(self) -> dict[str, Comparison]:
        """How a replay compares each field of the message."""
        names = self.message.get_fields_and_field_types()
        if isinstance(self.compare, Comparison):
            return dict.fromkeys(names, self.compare)
        return {**dict.fromkeys(names, EXACT), 'header': IGNORE, **self.compare}

    def differences(self, recorded: Any, replayed: Any) -> list[str]:
        """Say in one line each which fields of two messages a replay must tell apart."""
        lines = []
        for name, comparison in self.comparisons.items():
            before, after = getattr(recorded, name), getattr(replayed, name)
            if not comparison.agree(before, after):
                lines.append(f'{name}: recorded {before!r}, replayed {after!r} ({comparison})')
        return lines

    def build(self, fields: Mapping[str, Any]) -> Any:
        """
        Make a message from its fields.

        :raises EventRuleError: for a field the type does not have, or a value of the wrong type.
        """
        try:
            return self.message(**fields, check_fields=True)
        except (AssertionError, TypeError) as error:
            raise EventRuleError(f'{self.name}: {_first_line(error)}') from error

    def check(self, message: Any) -> None:
        """
        Check a message against the rules.

        :raises EventRuleError: naming the event, the field, the value and what is allowed.
        """
        for name, rule in self.rules.items():
            value = getattr(message, name)
            if not rule.allows(value):
                raise EventRuleError(f'{self.name}: {name} {rule}, is {value!r}')


_HEADER = f'phoenix_msgs/{EventHeader.__name__}'


def _first_line(error: BaseException) -> str:
    return str(error).splitlines()[0] if str(error) else 'a field the message type does not have'
