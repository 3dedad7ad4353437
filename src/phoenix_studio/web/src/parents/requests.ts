// What the parents' page asks the toy; the toy alone decides.
import { ask, send } from '../lib/requests';

export interface Limits {
  quiet_hours: string; // like 20:00-06:30; empty: never
  daily_minutes: number; // -1: no limit
  session_minutes: number; // likewise
  volume_ceiling: number;
  night_volume_ceiling: number;
  activities_off: string[];
  language_model: 'off' | 'this_machine' | 'elsewhere';
  neighbors: string[]; // names of those that are allowed
  remember_facts: boolean;
  remember_days: number;
  recordings_days: number;
}

export interface Decided {
  limits: Limits;
  pin_set: boolean;
  servers: string[];
  activities: string[];
  neighbors: Record<string, string>; // that ask to be allowed, with what each gets or does
  problem: string;
  stored: { kind: string; size: number; changed: number }[];
}

export interface Outcome {
  accepted: boolean;
  reason: string;
  wrong_pin: boolean;
  wait_s: number;
}

export const decided = () => ask<Decided>('/api/limits');
export const change = (pin: string, limits: Limits) => send<Outcome>('/api/limits', { pin, limits });
export const setPin = (pin: string, fresh: string) => send<Outcome>('/api/pin', { pin, new: fresh });
export const forget = (pin: string) => send<Outcome>('/api/forget', { pin });
