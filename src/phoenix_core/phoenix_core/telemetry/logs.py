"""
What a node logs: a line for people or JSON for machines, each with node, trace and span.

The lines go through ROS's own logging: to the terminal, to ~/.ros/log and to /rosout.
PHOENIX_LOG_FORMAT is text (default) or json. Nothing that a person said may be logged.
"""

from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog
from rclpy.logging import LoggingSeverity

from phoenix_core.settings.node_settings import SettingsError
from phoenix_core.telemetry import tracing

FORMAT_VARIABLE = 'PHOENIX_LOG_FORMAT'
FORMATS = ('text', 'json')
SHORT_ID = 8  # digits, for people; `phoenix trace` takes them
LEVELS = {
    'debug': LoggingSeverity.DEBUG,
    'info': LoggingSeverity.INFO,
    'warn': LoggingSeverity.WARN,
    'warning': LoggingSeverity.WARN,
    'error': LoggingSeverity.ERROR,
    'fatal': LoggingSeverity.FATAL,
}

EventDict = MutableMapping[str, Any]


def log_format(environ: Mapping[str, str]) -> str:
    """
    Return how lines are to look.

    :raises SettingsError: the variable holds something else.
    """
    value = environ.get(FORMAT_VARIABLE) or FORMATS[0]
    if value not in FORMATS:
        raise SettingsError(
            f'environment: {FORMAT_VARIABLE}: must be one of {", ".join(FORMATS)}, is {value!r}'
        )
    return value


def console_format(environ: MutableMapping[str, str]) -> None:
    """Have JSON lines printed as they are, without ROS's own words in front; before rclpy.init."""
    if environ.get(FORMAT_VARIABLE) == 'json':
        environ.setdefault('RCUTILS_CONSOLE_OUTPUT_FORMAT', '{message}')


def node_log(ros_logger: Any, node: str, form: str) -> structlog.typing.FilteringBoundLogger:
    """
    Make the logger of a node: log.warning('samples missing', samples=640).

    :param ros_logger: rclpy's, which decides by its level.
    :param form: one of FORMATS.
    """
    ending = [structlog.processors.JSONRenderer()] if form == 'json' else [_line]
    return structlog.wrap_logger(
        _RosLogger(ros_logger),
        processors=[
            _drop_what_is_disabled,
            _say_where,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper('iso'),
            *ending,
        ],
        wrapper_class=structlog.make_filtering_bound_logger('debug'),
        node=node,
    )


class _RosLogger:
    """Where structlog's lines end. rclpy wants a place in the code of its own for each level."""

    def __init__(self, logger: Any) -> None:
        self._logger = logger

    def enabled(self, level: str) -> bool:
        return self._logger.is_enabled_for(LEVELS[level])

    def debug(self, line: str) -> None:
        self._logger.debug(line)

    def info(self, line: str) -> None:
        self._logger.info(line)

    def warning(self, line: str) -> None:
        self._logger.warning(line)

    def error(self, line: str) -> None:
        self._logger.error(line)


def _drop_what_is_disabled(logger: _RosLogger, level: str, fields: EventDict) -> EventDict:
    if not logger.enabled(level):
        raise structlog.DropEvent
    return fields


def _say_where(logger: _RosLogger, level: str, fields: EventDict) -> EventDict:
    context = tracing.current()
    fields['trace'] = context.trace_id if context is not None else ''
    fields['span'] = context.span_id if context is not None else ''
    return fields


def _line(logger: _RosLogger, level: str, fields: EventDict) -> str:
    """Leave out what ROS writes in front: the time, the level and the node."""
    for name in ('node', 'level', 'timestamp'):
        del fields[name]
    event, trace, span = (fields.pop(name) for name in ('event', 'trace', 'span'))
    where = f'  trace={trace[:SHORT_ID] or "-"} span={span[:SHORT_ID] or "-"}'
    return ' '.join([str(event), *(f'{name}={value}' for name, value in fields.items())]) + where
