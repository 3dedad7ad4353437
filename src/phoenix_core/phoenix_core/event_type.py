"""What the catalogue says of one kind of event."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from phoenix_msgs.msg import EventHeader
from rclpy.qos import QoSProfile

from phoenix_core.rules import Rule


class EventRuleError(ValueError):
    """An event breaks a rule of the catalogue and was not published."""


@dataclass(frozen=True, eq=False)
class EventType:
    """
    One kind of event: where it travels, as what, and under which rules.

    :param name: in capitals, as the constant in phoenix_core.events.
    :param topic: relative to the toy's namespace, or absolute.
    :param message: the ROS message class.
    :param qos: one of phoenix_core.qos.
    :param description: one line for the documents.
    :param rules: field name to rule.
    :param starts_trace: this event begins a new interaction, whatever was handled when it came up.
    :param traced: carries trace identifiers; a stream of samples does not.
    """

    name: str
    topic: str
    message: Any
    qos: QoSProfile
    description: str
    rules: Mapping[str, Rule] = field(default_factory=dict)
    starts_trace: bool = False
    traced: bool = True

    @cached_property
    def has_header(self) -> bool:
        """Tell whether the message has Phoenix's event header; other packages' types do not."""
        return self.message.get_fields_and_field_types().get('header') == _HEADER

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
            problem = rule(value)
            if problem:
                raise EventRuleError(f'{self.name}: {name} {problem}, is {value!r}')


_HEADER = f'phoenix_msgs/{EventHeader.__name__}'


def _first_line(error: BaseException) -> str:
    return str(error).splitlines()[0] if str(error) else 'a field the message type does not have'
