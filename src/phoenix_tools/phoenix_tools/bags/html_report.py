"""Write the comparison of a replay as a page: the pictures, and the interactions side by side."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from phoenix_tools.bags.compare import ComparedInteraction
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
    path: Path, recorded: Session, replayed: Session, interactions: Sequence[ComparedInteraction]
) -> None:
    """Write the page."""
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
    path.write_text(''.join(parts))


def _interaction(number: int, interaction: ComparedInteraction) -> str:
    rows = ''.join(
        f'<tr{" class=different" if row.differs else ""}>'
        f'{_cells(row.recorded)}{_cells(row.replayed)}</tr>'
        for row in interaction.rows()
    )
    notes = ''.join(
        f'<li class="bad">{difference.kind}: {escape(str(difference))}</li>'
        for difference in interaction.differences
    )
    return (
        f'<h3>{number}. at {interaction.at_s:.1f} s: {escape(interaction.title)}</h3>'
        f'<ul>{notes}</ul><table><tr><th>s<th>recorded<th>s<th>replayed</tr>{rows}</table>'
    )


def _cells(timed: tuple[float, SessionEvent] | None) -> str:
    return f'<td>{timed[0]:.2f}<td>{escape(str(timed[1]))}' if timed else '<td><td>'
