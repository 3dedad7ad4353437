// A setting of a node, as the server describes it.

export type Value = boolean | number | string | (boolean | number | string)[] | null;

export interface SettingData {
  name: string;
  description: string;
  constraints: string;
  read_only: boolean;
  value: Value;
  range: [number, number] | null;
}

export interface Source {
  default: Value;
  start: Value;
  source: 'default' | 'profile' | 'environment';
}

export const same = (one: Value, other: Value) => JSON.stringify(one) === JSON.stringify(other);
export const shown = (value: Value) => (Array.isArray(value) ? value.join(', ') : String(value ?? ''));

/** Return what was typed in the form of the value before; undefined when it has not that form. */
export function typed(text: string, before: Value): Value | undefined {
  if (typeof before === 'boolean') return text === 'true';
  if (typeof before === 'number') return text.trim() && Number.isFinite(Number(text)) ? Number(text) : undefined;
  if (Array.isArray(before)) {
    const parts = text.split(',').map((one) => one.trim()).filter(Boolean);
    return typeof before[0] === 'number' ? parts.map(Number) : parts;
  }
  return text;
}
