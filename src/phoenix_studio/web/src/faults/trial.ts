// A fault that was injected, as the server follows it.

export type Phase = 'injected' | 'noticed' | 'mended' | 'recovered' | 'not_recovered';

export interface Trial {
  kind: string;
  victim: string;
  at: number; // seconds since 1970
  lasts: boolean; // until it is mended
  members: string[];
  phase: Phase;
  times: Partial<Record<Phase, number>>; // seconds since it was injected
  worst: Record<string, string>; // capability to level
}

export interface Trials {
  trial: Trial | null;
  past: Trial[];
}

export interface Part {
  what: 'unnoticed' | 'impaired' | 'recovering';
  seconds: number;
}

export const isOver = (trial: Trial) => trial.phase === 'recovered' || trial.phase === 'not_recovered';
export const end = (trial: Trial, now: number) => trial.times.recovered ?? trial.times.not_recovered ?? now;

/** Return the parts of a trial one after another; `now` is in seconds since it was injected. */
export function parts(trial: Trial, now: number): Part[] {
  const { noticed, mended } = trial.times;
  const until = end(trial, now);
  const worse = mended ?? until;
  const all: Part[] = [
    { what: 'unnoticed', seconds: Math.min(noticed ?? worse, worse) },
    { what: 'impaired', seconds: noticed === undefined ? 0 : worse - noticed },
    { what: 'recovering', seconds: mended === undefined ? 0 : until - mended },
  ];
  return all.filter((part) => part.seconds > 0);
}
