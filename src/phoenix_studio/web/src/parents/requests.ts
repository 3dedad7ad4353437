// What the parents' page asks the toy; the toy alone decides.

export interface Limits {
  quiet_hours: string; // like 20:00-06:30; empty: never
  daily_minutes: number; // -1: no limit
  session_minutes: number; // likewise
  volume_ceiling: number;
  night_volume_ceiling: number;
  activities_off: string[];
  language_model: 'off' | 'this_machine' | 'elsewhere';
  remember_facts: boolean;
  remember_days: number;
  recordings_days: number;
}

export interface Decided {
  limits: Limits;
  pin_set: boolean;
  servers: string[];
  activities: string[];
  problem: string;
  stored: { kind: string; size: number; changed: number }[];
}

export interface Outcome {
  accepted: boolean;
  reason: string;
  wrong_pin: boolean;
  wait_s: number;
}

/** Return an answer of the toy; undefined when there is none. */
async function answer<T>(path: string, options?: RequestInit): Promise<T | undefined> {
  const response = await fetch(path, options).catch(() => undefined);
  return response?.ok ? ((await response.json()) as T) : undefined;
}

const send = (path: string, body: object) =>
  answer<Outcome>(path, { method: 'POST', body: JSON.stringify(body) });

export const decided = () => answer<Decided>('/api/limits');
export const change = (pin: string, limits: Limits) => send('/api/limits', { pin, limits });
export const setPin = (pin: string, fresh: string) => send('/api/pin', { pin, new: fresh });
export const forget = (pin: string) => send('/api/forget', { pin });
