"""The `phoenix trace` command: list interactions, draw one, or the causes of an event."""

import argparse
import io
import sys

from phoenix_msgs.srv import GetRecentEvents
from rich.console import Console, RenderableType

from phoenix_core.settings.config_file import ConfigFileError
from phoenix_core.settings.node_settings import installed_config
from phoenix_core.telemetry.node import RECENT_EVENTS, Telemetry
from phoenix_core.telemetry.recent_events import received
from phoenix_tools.bags.session import load_session
from phoenix_tools.command_error import CommandError
from phoenix_tools.ros_context import command_node
from phoenix_tools.traces import drawing
from phoenix_tools.traces.interaction import Interaction, Span, interactions, of_session
from phoenix_tools.traces.stages import load_stages, stage_times

PICTURE_COLUMNS = 160
PIPE_COLUMNS = 120
FIND_TIMEOUT_S = 5.0
ANSWER_TIMEOUT_S = 10.0


ERRORS = (ConfigFileError,)


def main(options: argparse.Namespace) -> int:
    """Draw what is asked for and return the exit code."""
    bag = options.bag
    found = of_session(load_session(bag)) if bag else from_toy(options.namespace)
    screen = Console(width=None if sys.stdout.isatty() else PIPE_COLUMNS)
    screen.print(draw(found, options.what, options.event, screen.width))
    if options.svg or options.html:
        save(draw(found, options.what, options.event, PICTURE_COLUMNS), options)
    return 0


def draw(found: list[Interaction], what: str, event: str, columns: int) -> RenderableType:
    """
    Draw the list, one interaction, or the causes of an event.

    :param what: list, last, why, or the beginning of a trace id.
    :raises CommandError: there is no such interaction or event.
    """
    if what == 'why':
        return drawing.chain(*find_event(found, event))
    with_people = [interaction for interaction in found if interaction.start]
    if not with_people and what in ('list', 'last'):
        raise CommandError('no interaction yet')
    if what == 'list':
        return drawing.listing(with_people)
    interaction = with_people[-1] if what == 'last' else find(found, what)
    stages = stage_times(interaction, load_stages(installed_config()))
    return drawing.waterfall(interaction, stages, columns)


def find(found: list[Interaction], trace_id: str) -> Interaction:
    """
    Return the interaction by the beginning of its id.

    :raises CommandError: there is none, or there are several.
    """
    matching = [one for one in found if one.trace_id.startswith(trace_id.lower())]
    if len(matching) != 1:
        raise CommandError(f'{trace_id}: {len(matching)} interactions have such an id')
    return matching[0]


def find_event(found: list[Interaction], wanted: str) -> tuple[Interaction, Span]:
    """
    Return the newest event of a topic, or an event by the beginning of its span id.

    :raises CommandError: there is none; the text lists the topics.
    """
    for interaction in reversed(found):
        for span in reversed(interaction.spans):
            if wanted in (span.event.topic, span.name, span.event.name):
                return interaction, span
            if len(wanted) >= drawing.SHORT_ID and span.span_id.startswith(wanted.lower()):
                return interaction, span
    names = sorted({span.name for interaction in found for span in interaction.spans})
    raise CommandError(f'{wanted}: no such event; there are: {", ".join(names) or "none"}')


def save(drawn: RenderableType, options: argparse.Namespace) -> None:
    """Write the drawing as SVG or HTML."""
    picture = Console(record=True, width=PICTURE_COLUMNS, file=io.StringIO())
    picture.print(drawn)
    if options.svg:
        picture.save_svg(str(options.svg), title='Phoenix', clear=False)
    if options.html:
        picture.save_html(str(options.html), clear=False)


def from_toy(namespace: str) -> list[Interaction]:
    """
    Ask the telemetry node of a running toy.

    :raises CommandError: there is none.
    """
    with command_node('trace', namespace) as (node, executor):
        service = f'{Telemetry.node_name()}/{RECENT_EVENTS}'
        client = node.create_client(GetRecentEvents, service)
        if not client.wait_for_service(FIND_TIMEOUT_S):
            raise CommandError(
                f'no toy is running in {namespace} (or its telemetry is off); --bag reads a bag'
            )
        answer = client.call_async(GetRecentEvents.Request())
        executor.spin_until_future_complete(answer, ANSWER_TIMEOUT_S)
        if not answer.done():
            raise CommandError(
                f'the toy in {namespace} did not answer in {ANSWER_TIMEOUT_S:.0f} s'
            )
        return interactions(received(answer.result()))
