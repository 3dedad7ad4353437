"""Reports how a toy has fared under faults."""

import statistics
from collections import Counter, defaultdict
from collections.abc import Sequence

from witness import Witness

from chaos_harness.faults import FaultInjector, InjectedFault
from chaos_harness.language_server import LanguageServer
from chaos_harness.talker import Spoken


def report_faults(injected: Sequence[InjectedFault]) -> bool:
    """Print the times to recover; return whether the toy has recovered from each fault."""
    times_s: defaultdict[str, list[float]] = defaultdict(list)
    for fault in injected:
        if fault.recovery_s is not None:
            times_s[fault.kind].append(fault.recovery_s)
    for kind, several in sorted(times_s.items()):
        print(f'  {kind:>12}: time to recover {percentiles(several)}')
    recovered_s = [one for several in times_s.values() for one in several]
    print(
        f'  {len(injected)} faults injected, {len(recovered_s)} recovered; '
        f'time to recover {percentiles(recovered_s)}'
    )
    lasting = [fault for fault in injected if fault.recovery_s is None]
    for fault in lasting:
        print(f'  not recovered: {fault}')
    return not lasting


def report_interactions(spoken: Sequence[Spoken], injected: Sequence[InjectedFault]) -> bool:
    """Print what was answered; return whether all was between faults, and nothing hung."""
    calm = [
        one
        for one in spoken
        if not any(
            fault.begun_s < one.ended_s and one.begun_s < fault.ended_s for fault in injected
        )
    ]
    failed = [one for one in calm if not one.is_answered]
    hung = sum(one.hung for one in spoken)
    print(
        f'  {len(spoken)} interactions, {sum(one.is_answered for one in spoken)} answered, '
        f'{hung} hung; {len(calm)} of them between faults, {len(calm) - len(failed)} answered'
    )
    for one in failed:
        print(f'  not answered between faults: {one.verdict}')
    return not failed and not hung


def report_events(witness: Witness, injector: FaultInjector) -> None:
    """Print the faults that the nodes have reported, the events lost, and the memory."""
    codes: Counter[str] = Counter()
    for (_, code), count in witness.faults.items():
        codes[code] += count
    reported = ', '.join(f'{code} {count}' for code, count in codes.most_common())
    print(f'  faults told: {reported or "none"}')
    quarter = len(injector.memory_mb) // 4 + 1
    early_mb, late_mb = injector.memory_mb[:quarter], injector.memory_mb[-quarter:]
    print(
        f'  {witness.lost} events lost; memory, medians of the first and the last '
        f'quarter: {statistics.median(early_mb):.0f} MB, {statistics.median(late_mb):.0f} MB'
    )


def report_replies(language: LanguageServer, sentences: Sequence[tuple[str, float]]) -> None:
    """Print who has replied, and how soon the first sentences came."""
    by_script = sum(provider == 'scripted' for provider, _ in sentences)
    print(
        f'  language server: {language.asked} requests, {language.broken} answered badly; '
        f'{len(sentences)} replies, {by_script} by the script; '
        f'first sentence {percentiles([took_s for _, took_s in sentences])}'
    )


def percentiles(times_s: Sequence[float]) -> str:
    """Describe some durations."""
    if not times_s:
        return '-'
    ordered = sorted(times_s)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    return f'p50 {statistics.median(ordered):.1f} s, p95 {p95:.1f} s, max {ordered[-1]:.1f} s'
