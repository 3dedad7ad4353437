"""
The loggers of nodes: they write lines of text or JSON with the node, trace and span.

The lines pass through ROS logging to the terminal, to ~/.ros/log and to /rosout.
PHOENIX_LOG_FORMAT is text (default) or json. Never log what a person said.
"""

import os
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any

from rclpy.logging import LoggingSeverity

from phoenix_core.events.printable import printable
from phoenix_core.settings.environment import LOG_FORMAT
from phoenix_core.settings.node_settings import SettingsError
from phoenix_core.telemetry import tracing
from phoenix_core.telemetry.plain_structlog import structlog

FORMATS = ('text', 'json')
SHORT_ID = 8  # digits in lines of text; `phoenix trace` accepts them
LEVELS = {
    'debug': LoggingSeverity.DEBUG,
    'info': LoggingSeverity.INFO,
    'warn': LoggingSeverity.WARN,
    'warning': LoggingSeverity.WARN,
    'error': LoggingSeverity.ERROR,
    'fatal': LoggingSeverity.FATAL,
}


def log_format(environ: Mapping[str, str]) -> str:
    """
    Return the log format, one of FORMATS.

    :raises SettingsError: the variable has another value.
    """
    value = environ.get(LOG_FORMAT) or FORMATS[0]
    if value not in FORMATS:
        raise SettingsError(
            f'environment: {LOG_FORMAT}: must be one of {", ".join(FORMATS)}, is {value!r}'
        )
    return value


def console_format(environ: MutableMapping[str, str]) -> None:
    """Make ROS print JSON lines without a prefix; call it before `rclpy.init`."""
    if environ.get(LOG_FORMAT) == 'json':
        environ.setdefault('RCUTILS_CONSOLE_OUTPUT_FORMAT', '{message}')


def ros_arguments(environ: Mapping[str, str]) -> list[str]:
    """Return arguments for `rclpy.init`: no log files where they cannot be written."""
    home = environ.get('HOME', '')
    folder = environ.get('ROS_LOG_DIR') or f'{environ.get("ROS_HOME") or f"{home}/.ros"}/log'
    try:
        if not home and folder.startswith('/.ros'):
            raise FileNotFoundError
        Path(folder).expanduser().mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            return []
    except (OSError, RuntimeError):
        pass
    return ['--ros-args', '--disable-external-lib-logs', '--']


def node_log(ros_logger: Any, node: str, form: str) -> structlog.typing.FilteringBoundLogger:
    """
    Return the logger of a node, used like log.warning('samples missing', samples=640).

    :param ros_logger: logger of rclpy; its level applies.
    :param form: one of FORMATS.
    """
    ending = [structlog.processors.JSONRenderer()] if form == 'json' else [_line]
    log: structlog.typing.FilteringBoundLogger = structlog.wrap_logger(
        _RosLogger(ros_logger),
        processors=[
            _drop_disabled,
            _add_trace,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper('iso'),
            *ending,
        ],
        wrapper_class=structlog.make_filtering_bound_logger('debug'),
        node=node,
    )
    return log


class _RosLogger:
    """Passes lines to rclpy, which requires a separate call site for each level."""

    def __init__(self, logger: Any) -> None:
        self._logger = logger

    def enabled(self, level: str) -> bool:
        return bool(self._logger.is_enabled_for(LEVELS[level]))

    def debug(self, line: str) -> None:
        self._logger.debug(line)

    def info(self, line: str) -> None:
        self._logger.info(line)

    def warning(self, line: str) -> None:
        self._logger.warning(line)

    def error(self, line: str) -> None:
        self._logger.error(line)


def _drop_disabled(
    logger: _RosLogger, level: str, fields: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    if not logger.enabled(level):
        raise structlog.DropEvent
    return fields


def _add_trace(
    logger: _RosLogger, level: str, fields: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    context = tracing.current()
    fields['trace'] = context.trace_id if context is not None else ''
    fields['span'] = context.span_id if context is not None else ''
    return fields


def _line(logger: _RosLogger, level: str, fields: structlog.typing.EventDict) -> str:
    """Format a line of text without time, level and node, which ROS adds."""
    for name in ('node', 'level', 'timestamp'):
        del fields[name]
    event, trace, span = (fields.pop(name) for name in ('event', 'trace', 'span'))
    where = f'  trace={trace[:SHORT_ID] or "-"} span={span[:SHORT_ID] or "-"}'
    text = ' '.join([str(event), *(f'{name}={value}' for name, value in fields.items())])
    return printable(text) + where
