// One interaction, as the server describes it; times are seconds since its beginning.

export interface Listed {
  id: string;
  at: number;
  start: string;
  heard: string;
  done: string;
  seconds: number;
  faults: number;
}

export interface Span {
  id: string;
  cause: string;
  depth: number;
  name: string;
  from: string;
  begun: number;
  sent: number;
  queued: number;
  own: number;
  model: number;
  late: boolean;
  text: string;
  fields: Record<string, unknown>;
}

export interface Stage {
  name: string;
  ended: string;
  seconds: number;
  budget: number | null;
  late: boolean;
}

export interface Turn extends Listed {
  spans: Span[];
  stages: Stage[];
}

export const PARTS = ['wait', 'queue', 'own', 'model'] as const;

/** Return the parts of the time before an event, each from and to a share of the whole. */
export function parts(span: Span, seconds: number): { part: (typeof PARTS)[number]; from: number; to: number }[] {
  const whole = seconds || 1;
  const waited = Math.max(0, span.sent - span.begun - span.queued - span.own - span.model);
  let at = span.begun;
  return [waited, span.queued, span.own, span.model].map((took, index) => {
    const from = at;
    at += took;
    return { part: PARTS[index]!, from: from / whole, to: at / whole };
  });
}

/** Return the causes of an event, from the root to the event itself. */
export function chain(turn: Turn, span: Span): Span[] {
  const byId = new Map(turn.spans.map((one) => [one.id, one]));
  const found = [span];
  for (let cause = byId.get(span.cause); cause && !found.includes(cause); cause = byId.get(cause.cause)) found.unshift(cause);
  return found;
}
