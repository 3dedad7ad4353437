// The files with the words of the toy.

export interface WordsFile {
  name: string; // relative to its folder
  path: string;
  text: string;
  locked: boolean; // of safety
  own: boolean; // in a folder of the user's own
  version: string;
}

export interface Outcome {
  accepted: boolean;
  reason: string;
  applied?: boolean; // by the running toy
  difference?: string[];
}

export interface Line {
  file: WordsFile;
  number: number; // from 1
  text: string;
}

export interface Found {
  problem?: string; // the words cannot be read
  care: { category: string; level: string; words: string } | null;
  intents: { name: string; slots: Record<string, string>; confidence: number }[];
  failures: string[];
}

const MOST_LINES = 100;
const FIRST = ['intents.yaml', 'answers.yaml', 'book.yaml', 'persona.yaml', 'scripted_replies.yaml'];
export const GROUPS = ['words', 'activities', 'stories', 'other', 'safety'] as const;
export type Group = (typeof GROUPS)[number];

export function groupOf(file: WordsFile): Group {
  if (file.locked) return 'safety';
  const [folder, rest] = file.name.split('/');
  if (rest && (folder === 'activities' || folder === 'stories')) return folder;
  return FIRST.includes(file.name) ? 'words' : 'other';
}

/** Return the lines that hold a text, in any case of letters; at most MOST_LINES. */
export function find(files: WordsFile[], text: string): Line[] {
  const wanted = text.trim().toLowerCase();
  const found: Line[] = [];
  if (wanted.length < 2) return found;
  for (const file of files) {
    for (const [index, line] of file.text.split('\n').entries()) {
      if (!line.toLowerCase().includes(wanted)) continue;
      found.push({ file, number: index + 1, text: line.trim() });
      if (found.length === MOST_LINES) return found;
    }
  }
  return found;
}
