// Carries sound between the audio threads and the toy, whatever the page is busy with.

export type Command =
  | { do: 'open'; address: string }
  | { do: 'close' }
  | { do: 'microphone'; port: MessagePort } // frames come from it
  | { do: 'speaker'; port: MessagePort } // pieces go to it
  | { do: 'silence' }; // no microphone any more

export type Report = { is: 'open' } | { is: 'closed'; code: number } | { is: 'level'; level: number };

const MOST_WAITING = 15; // frames of 20 ms; the oldest is dropped
const MOST_SENT = 4; // frames that the connection may hold
const LEVEL_MS = 100;

let socket: WebSocket | undefined;
let microphone: MessagePort | undefined;
let speaker: MessagePort | undefined;
let waiting: ArrayBuffer[] = [];
let levelAt = 0;

const report = (what: Report) => postMessage(what);

addEventListener('message', ({ data }: MessageEvent<Command>) => {
  switch (data.do) {
    case 'open':
      open(data.address);
      break;
    case 'close':
      socket?.close();
      break;
    case 'microphone':
      microphone = data.port;
      microphone.onmessage = ({ data: frame }: MessageEvent<ArrayBuffer>) => send(frame);
      break;
    case 'speaker':
      speaker = data.port;
      break;
    case 'silence':
      microphone?.close();
      microphone = undefined;
      waiting = [];
      break;
  }
});

function open(address: string): void {
  const opened = new WebSocket(address);
  socket = opened;
  opened.binaryType = 'arraybuffer';
  opened.onopen = () => report({ is: 'open' });
  opened.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => speaker?.postMessage(data, [data]);
  opened.onclose = ({ code }) => {
    if (socket === opened) socket = undefined;
    report({ is: 'closed', code });
  };
}

/** Send a frame as soon as the connection takes it; what waits too long is dropped. */
function send(frame: ArrayBuffer): void {
  const bytes = frame.byteLength;
  if (performance.now() - levelAt > LEVEL_MS) {
    levelAt = performance.now();
    report({ is: 'level', level: loudness(new Int16Array(frame)) });
  }
  waiting.push(frame);
  if (waiting.length > MOST_WAITING) waiting.shift();
  while (socket?.readyState === WebSocket.OPEN && waiting.length && socket.bufferedAmount < MOST_SENT * bytes) {
    socket.send(waiting.shift()!);
  }
}

/** From 0 to 1, over 50 dB. */
function loudness(samples: Int16Array): number {
  let power = 0;
  for (const one of samples) power += one * one;
  power /= samples.length * 32768 ** 2;
  return power > 0 ? Math.max(0, 1 + Math.log10(power) / 5) : 0;
}
