// The microphone and the speaker of this browser, as ear and mouth of the toy.
import captureUrl from './capture.worklet.ts?worker&url';
import playbackUrl from './playback.worklet.ts?worker&url';
import { SOCKETS } from './requests';
import type { Command, Report } from './sound.worker';

const RATE = 16000;
const TAKEN = 4001; // another page has opened its microphone
const RETRY_MS = 1000;

export const sound = $state({
  microphone: false,
  speaker: false,
  level: 0,
  problem: '' as '' | 'denied' | 'taken' | 'soundLost',
});

let output: AudioContext | undefined;
let input: AudioContext | undefined;
let stream: MediaStream | undefined;
let carrier: Worker | undefined;
let link: 'closed' | 'opening' | 'open' = 'closed';

export async function speakerOn(): Promise<void> {
  sound.problem = '';
  output = new AudioContext({ sampleRate: RATE });
  await output.audioWorklet.addModule(playbackUrl);
  const player = new AudioWorkletNode(output, 'playback', { outputChannelCount: [1] });
  player.connect(output.destination);
  const { port1, port2 } = new MessageChannel();
  player.port.postMessage(port1, [port1]);
  tell({ do: 'speaker', port: port2 }, [port2]);
  sound.speaker = true;
  open();
}

export function speakerOff(): void {
  void output?.close();
  output = undefined;
  sound.speaker = false;
  closeIfUnused();
}

export async function microphoneOn(): Promise<void> {
  sound.problem = '';
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      audio: { channelCount: 1, echoCancellation: true, noiseSuppression: false, autoGainControl: true },
    });
  } catch {
    sound.problem = 'denied';
    return;
  }
  input = new AudioContext();
  await input.audioWorklet.addModule(captureUrl);
  const capture = new AudioWorkletNode(input, 'capture', { numberOfOutputs: 0 });
  const { port1, port2 } = new MessageChannel();
  capture.port.postMessage(port1, [port1]);
  tell({ do: 'microphone', port: port2 }, [port2]);
  input.createMediaStreamSource(stream).connect(capture);
  sound.microphone = true;
  open();
}

export function microphoneOff(): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
  void input?.close();
  stream = input = undefined;
  tell({ do: 'silence' });
  sound.microphone = false;
  sound.level = 0;
  closeIfUnused();
}

function tell(command: Command, transfer: Transferable[] = []): void {
  if (!carrier) {
    carrier = new Worker(new URL('./sound.worker.ts', import.meta.url), { type: 'module' });
    carrier.onmessage = ({ data }: MessageEvent<Report>) => hear(data);
  }
  carrier.postMessage(command, transfer);
}

function open(): void {
  if (link !== 'closed' || !(sound.microphone || sound.speaker)) return;
  link = 'opening';
  tell({ do: 'open', address: `${SOCKETS}/sound` });
}

function hear(report: Report): void {
  if (report.is === 'level') {
    if (sound.microphone) sound.level = report.level;
  } else if (report.is === 'open') {
    link = 'open';
    if (sound.problem === 'soundLost') sound.problem = '';
  } else {
    link = 'closed';
    if (report.code === TAKEN) {
      microphoneOff();
      sound.problem = 'taken';
    } else if (sound.microphone || sound.speaker) {
      sound.problem = 'soundLost';
    }
    setTimeout(open, RETRY_MS);
  }
}

function closeIfUnused(): void {
  if (link !== 'closed' && !sound.microphone && !sound.speaker) tell({ do: 'close' });
}
