// What this page shows: a running toy, or recordings alone.
import { ask } from './requests';

interface About {
  toy: boolean;
  faults: boolean; // whether parts of it may be broken
  bag: string; // the recording to show first; empty: none
}

export const about: About = $state({ toy: true, faults: false, bag: '' });

export async function readAbout(): Promise<void> {
  Object.assign(about, await ask<About>('/api/about'));
}
