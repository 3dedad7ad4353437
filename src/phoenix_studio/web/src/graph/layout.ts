// Where the nodes and topics of the graph stand.
import dagre from '@dagrejs/dagre';
import type { ToyEvent } from '../lib/toy.svelte';

export interface Declared {
  name: string;
  topic: string;
  about: string;
  qos: string;
  privacy: 'none' | 'personal' | 'audio';
  of_every_node: boolean;
  rate: number | null;
  fields: [string, string][];
  rules: Record<string, string>;
}

export interface Box {
  id: string;
  label: string;
  topic?: Declared; // else it is a node
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Line {
  id: string;
  from: string;
  to: string;
  path: string;
}

export interface Layout {
  boxes: Box[];
  lines: Line[];
  width: number;
  height: number;
}

const LOOKS_ON = new Set(['studio', 'console', 'telemetry', 'supervisor', 'recorder']);
const LETTER = 7.4; // width [px]

export const publishes = (status: ToyEvent): string[] => (status.fields?.topics ?? []).map((one: { topic: string }) => one.topic);
export const hears = (status: ToyEvent): string[] => status.fields?.consumes ?? [];

/** Lay out the running nodes and the topics between them, from top to bottom. */
export function layout(nodes: Record<string, ToyEvent>, declared: Declared[]): Layout {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: 'TB', nodesep: 14, ranksep: 24, marginx: 12, marginy: 12 });
  graph.setDefaultEdgeLabel(() => ({}));
  const acting = Object.entries(nodes).filter(([name]) => !LOOKS_ON.has(name));
  const boxes = new Map<string, Omit<Box, 'x' | 'y'>>();
  for (const topic of declared.filter((one) => !one.of_every_node)) {
    const from = acting.filter(([, status]) => publishes(status).includes(topic.topic));
    const to = acting.filter(([, status]) => hears(status).includes(topic.topic));
    if (!from.length || !to.length) continue;
    const id = `topic ${topic.topic}`;
    boxes.set(id, { id, label: topic.topic, topic, width: topic.topic.length * LETTER + 22, height: 28 });
    for (const [name] of from) graph.setEdge(name, id);
    for (const [name] of to) graph.setEdge(id, name);
  }
  for (const [name] of acting) boxes.set(name, { id: name, label: name, width: name.length * LETTER * 1.15 + 44, height: 40 });
  for (const box of boxes.values()) graph.setNode(box.id, { width: box.width, height: box.height });
  dagre.layout(graph);
  const placed = [...boxes.values()].map((box) => {
    const { x, y } = graph.node(box.id);
    return { ...box, x: x!, y: y! };
  });
  const lines = graph.edges().map(({ v, w }) => {
    const points = graph.edge(v, w).points as { x: number; y: number }[];
    return { id: `${v} ${w}`, from: v, to: w, path: curve(points) };
  });
  const { width, height } = graph.graph();
  return { boxes: placed, lines, width: width ?? 0, height: height ?? 0 };
}

/** Return a smooth path through points. */
function curve(points: { x: number; y: number }[]): string {
  const [first, ...rest] = points;
  let path = `M${first!.x} ${first!.y}`;
  for (let index = 0; index < rest.length - 1; index++) {
    const here = rest[index]!;
    const next = rest[index + 1]!;
    path += `Q${here.x} ${here.y} ${(here.x + next.x) / 2} ${(here.y + next.y) / 2}`;
  }
  const last = rest.at(-1)!;
  return `${path}L${last.x} ${last.y}`;
}
