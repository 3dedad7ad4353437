"""The transitions between activities as a Mermaid diagram, made of their declarations."""

from collections.abc import Iterable

from phoenix_activities.engine.activity import Activity, Priority
from phoenix_activities.engine.activity_stack import REST, rules

_LABELS = {
    (False, 'pauses'): 'wanted (pauses)',
    (False, 'ends'): 'wanted (ends)',
    (True, 'ends'): 'done (goes on)',
}
BEGIN, END = '<!-- activities: generated -->', '<!-- end -->'


def mermaid(activities: Iterable[type[Activity]]) -> str:
    """Draw which intents enter which activity, and what becomes of the one that runs."""
    by_name = {activity.name: activity for activity in activities}
    lines = ['stateDiagram-v2', f'    [*] --> {REST}']
    for priority in Priority:
        lines.append(f'    state {priority.name} {{')
        for name in sorted(by_name):
            if by_name[name].priority == priority:
                intents = ', '.join(by_name[name].intents)
                lines.append(f'        {name} : {name}{f" ({intents})" if intents else ""}')
        lines.append('    }')
    labels: dict[tuple[Priority, Priority], set[str]] = {}
    for rule in rules({name: activity.priority for name, activity in by_name.items()}):
        pair = by_name[rule.source].priority, by_name[rule.dest].priority
        if pair[0] != pair[1]:
            labels.setdefault(pair, set()).add(_LABELS[rule.trigger == 'done', rule.effect])
    for (source, dest), texts in sorted(labels.items()):
        lines.append(f'    {source.name} --> {dest.name} : {", ".join(sorted(texts))}')
    return '\n'.join(lines) + '\n'


def insert(page: str, activities: Iterable[type[Activity]]) -> str:
    """Return a Markdown page with the diagram between its two marks."""
    head, _, rest = page.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f'{head}{BEGIN}\n```mermaid\n{mermaid(activities)}```\n{END}{tail}'
