"""The layout for Foxglove shows topics and fields that there are."""

import json
from pathlib import Path

from phoenix_core import events

LAYOUT = json.loads(
    (Path(__file__).parents[3] / 'config' / 'foxglove' / 'phoenix.json').read_text(
        encoding='utf-8'
    )
)
MESSAGES = {
    event.topic if event.topic.startswith('/') else f'/phoenix/{event.topic}': event.message_class
    for event in events.ALL
}


def shown():
    """Yield each path of a topic and fields, as the panels have them."""
    for panel in LAYOUT['configById'].values():
        yield from (path['value'] for path in panel.get('paths', []))
        yield from (panel[key] for key in ('topicPath', 'topicToRender') if key in panel)


def panels(layout):
    """Yield the panels that are laid out."""
    if isinstance(layout, str):
        yield layout
    else:
        yield from (*panels(layout['first']), *panels(layout['second']))


def test_every_topic_and_field_exists():
    paths = list(shown())
    assert len(paths) > 10
    for path in paths:
        topic, *fields = path.split('.')
        value = MESSAGES[topic]()
        for field in fields:
            value = getattr(value, field)


def test_every_panel_is_laid_out_once():
    assert sorted(panels(LAYOUT['layout'])) == sorted(LAYOUT['configById'])
