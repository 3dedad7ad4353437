// The toy as this page knows it: what the events socket tells, and what a person does.
import type { Trials } from '../faults/trial';
import { NearMisses, type Miss } from './near-misses';
import { SOCKETS } from './requests';

export interface ToyEvent {
  event: string;
  at?: number;
  from?: string;
  trace?: string;
  span?: string;
  personal: boolean;
  label?: string;
  text?: string;
  level?: number;
  fields?: Record<string, any>;
  count?: number; // for keys of lists
}

export interface LogLine {
  log: string; // its level
  at: number;
  from: string;
  text: string;
  count?: number;
}

export interface Said {
  id: number;
  who: 'person' | 'typed' | 'toy';
  text: string;
  at: number;
  partial: boolean;
}

const MOST_LINES = 200;
const RETRY_MS = 1000;

/** What changes seldom enough to be drawn by the framework. */
export const toy = $state({
  link: 'lost' as 'lost' | 'open' | 'ended',
  phase: 'starting',
  activity: '',
  muted: false,
  ring: 0,
  said: [] as Said[],
  lines: [] as ToyEvent[],
  faults: [] as ToyEvent[],
  misses: [] as Miss[],
  nodes: {} as Record<string, ToyEvent>,
  capabilities: [] as { capability: string; level: string; message: string }[],
  logs: [] as LogLine[],
  rates: {} as Record<string, number>,
  processes: {} as Record<string, { cpu: number; bytes: number }>,
  studio: 0, // the process of the server
  trials: undefined as Trials | undefined,
});

/** What changes many times a second: read when a picture is drawn. */
export const live = {
  pixels: '',
  level: 0,
  levelAt: 0,
  scores: new Map<string, { score: number; at: number }>(),
  newest: new Map<string, ToyEvent>(), // by event
};

export const wakeThreshold = $state({ value: 0.5 });

type Listener = (event: ToyEvent) => void;
const listeners = new Set<Listener>();
const misses = new NearMisses();
let socket: WebSocket | undefined;
let count = 0;

/** Call a function with each event until the returned function is called. */
export function onEvent(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function connect(): void {
  socket = new WebSocket(`${SOCKETS}/events`);
  socket.onopen = () => {
    toy.link = 'open';
    toy.faults = [];
    void readThreshold();
  };
  socket.onmessage = (message) => {
    for (const one of JSON.parse(message.data)) {
      if (one.forgotten) forget();
      else if (one.event) receive(one);
      else if (one.log) toy.logs = [{ ...one, count: count++ }, ...toy.logs].slice(0, MOST_LINES);
      else if (one.faults) toy.trials = one.faults;
      else if (one.rates) Object.assign(toy, { rates: one.rates, processes: one.processes, studio: one.studio });
    }
  };
  socket.onclose = async () => {
    toy.phase = 'gone';
    live.pixels = '';
    // A socket does not tell why it was refused, a request does.
    const answer = await fetch('/', { method: 'HEAD' }).catch(() => undefined);
    toy.link = answer?.status === 403 ? 'ended' : 'lost';
    setTimeout(connect, RETRY_MS);
  };
}

async function readThreshold(): Promise<void> {
  const answer = await fetch('/api/settings/wake_word').catch(() => undefined);
  if (!answer?.ok) return;
  const { settings } = await answer.json();
  const found = settings.find((one: { name: string }) => one.name === 'threshold');
  if (found) wakeThreshold.value = found.value;
}

export type Action =
  | { do: 'touch' | 'press'; name: string; down: boolean }
  | { do: 'mute'; muted: boolean }
  | { do: 'type'; text: string };

export function act(action: Action): void {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(action));
}

function forget(): void {
  toy.said = [];
  toy.lines = [];
  live.newest.clear();
}

function receive(one: ToyEvent): void {
  const fields = one.fields ?? {};
  live.newest.set(one.event, one);
  switch (one.event) {
    case 'LED_FRAME':
      live.pixels = fields.rgb;
      if (toy.ring !== fields.rgb.length / 6) toy.ring = fields.rgb.length / 6;
      break;
    case 'AUDIO_PLAYED':
      live.level = one.level ?? 0;
      live.levelAt = performance.now();
      break;
    case 'WAKE_WORD_SCORE': {
      live.scores.set(fields.phrase, { score: fields.score, at: one.at ?? 0 });
      const miss = misses.feed(fields.phrase, fields.score, one.at ?? 0, wakeThreshold.value);
      if (miss) toy.misses = [miss, ...toy.misses].slice(0, 20);
      break;
    }
    case 'WAKE_WORD_DETECTED':
      misses.woke();
      break;
    case 'ACTIVITY_STATE':
      toy.activity = fields.activity;
      toy.phase = fields.activity === 'sleep' && fields.phase === 'resting' ? 'sleeping' : fields.phase;
      break;
    case 'MICROPHONE_MUTE':
      toy.muted = fields.muted;
      break;
    case 'NODE_STATUS':
      toy.nodes[one.from ?? ''] = one;
      break;
    case 'SYSTEM_STATUS':
      toy.capabilities = fields.capabilities;
      break;
    case 'TRANSCRIPT':
      say(fields.source === 2 ? 'typed' : 'person', fields.text, one.at, fields.kind === 'partial');
      break;
    case 'SAY_REQUEST':
      say('toy', fields.text, one.at, false);
      break;
    case 'FAULT':
      toy.faults = [{ ...one, count: count++ }, ...toy.faults].slice(0, 50);
      break;
  }
  if (one.label) toy.lines = [{ ...one, count: count++ }, ...toy.lines].slice(0, MOST_LINES);
  for (const listener of listeners) listener(one);
}

/** A partial text is replaced by what follows it. */
function say(who: Said['who'], text: string, at = 0, partial: boolean): void {
  const rest = toy.said.filter((one) => !(one.partial && one.who === who));
  toy.said = [...rest, { id: count++, who, text, at, partial }].slice(-MOST_LINES);
}
