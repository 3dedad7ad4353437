"""The comparison of a replay as a page: the picture, and the interactions side by side."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from phoenix_core.clock.units import NANOSECONDS_PER_SECOND
from phoenix_tools.bags.bag import BagError
from phoenix_tools.bags.compare import Interaction
from phoenix_tools.bags.picture import draw
from phoenix_tools.bags.session import Session, SessionEvent

STYLE = """
body { font: 14px sans-serif; margin: 2em; color: #222 }
table { border-collapse: collapse; margin: 0.5em 0 1.5em }
td, th { padding: 2px 10px; text-align: left; border-bottom: 1px solid #eee }
tr.different td { background: #ffe5e5 }
.good { color: #2d6a4f } .bad { color: #c1121f }
.picture { overflow-x: auto; border: 1px solid #ddd }
"""


def write_html(
    path: Path, recorded: Session, replayed: Session, interactions: Sequence[Interaction]
) -> None:
    """
    Write the page.

    :raises BagError: it cannot be written.
    """
    count = sum(len(interaction.differences) for interaction in interactions)
    verdict = (
        f'<p class="bad">differences: {count}</p>' if count else '<p class="good">as recorded</p>'
    )
    parts = [
        f'<!DOCTYPE html><meta charset="utf-8"><title>{escape(str(recorded.path))}</title>',
        f'<style>{STYLE}</style><h1>{escape(str(recorded.path))}</h1>{verdict}',
        f'<h2>Recorded</h2><div class="picture">{draw(recorded.events)}</div>',
        f'<h2>Replayed</h2><div class="picture">{draw(replayed.events)}</div>',
    ]
    for number, interaction in enumerate(interactions, 1):
        parts.append(_interaction(number, interaction))
    write_text(path, ''.join(parts))


def write_text(path: Path, text: str) -> None:
    """
    Write a file.

    :raises BagError: it cannot be written.
    """
    try:
        path.write_text(text)
    except OSError as error:
        raise BagError(f'{path}: cannot be written: {error.strerror}') from error


def _interaction(number: int, interaction: Interaction) -> str:
    pairs = {(d.recorded, d.replayed) for d in interaction.differences}
    begins = [
        min((row[side].time_ns for row in interaction.rows if row[side] is not None), default=0)  # type: ignore[union-attr]
        for side in (0, 1)
    ]
    rows = ''.join(
        f'<tr{" class=different" if (was, now) in pairs else ""}>'
        f'{_cells(was, begins[0])}{_cells(now, begins[1])}</tr>'
        for was, now in interaction.rows
    )
    notes = ''.join(
        f'<li class="bad">{difference.kind}: {escape(str(difference))}</li>'
        for difference in interaction.differences
    )
    return (
        f'<h3>{number}. at {interaction.at_s:.1f} s: {escape(interaction.title)}</h3>'
        f'<ul>{notes}</ul><table><tr><th>s<th>recorded<th>s<th>replayed</tr>{rows}</table>'
    )


def _cells(event: SessionEvent | None, begin_ns: int) -> str:
    if event is None:
        return '<td><td>'
    return f'<td>{(event.time_ns - begin_ns) / NANOSECONDS_PER_SECOND:.2f}<td>{escape(str(event))}'
