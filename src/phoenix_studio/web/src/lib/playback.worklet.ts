// Plays pieces of sound without gaps; the oldest are dropped when more than a second waits.

const AHEAD_S = 0.08;
const LONGEST_S = 1;

class Playback extends AudioWorkletProcessor {
  #pieces: Int16Array[] = [];
  #waiting = 0;
  #offset = 0;
  #flows = false;

  constructor() {
    super();
    // The first message is the port from which the pieces come.
    this.port.onmessage = ({ data: source }: MessageEvent<MessagePort>) => {
      source.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => this.#add(new Int16Array(data));
    };
  }

  #add(piece: Int16Array): void {
    this.#pieces.push(piece);
    this.#waiting += piece.length;
    while (this.#waiting > LONGEST_S * sampleRate && this.#pieces.length > 1) this.#drop();
  }

  #drop(): void {
    this.#waiting -= this.#pieces.shift()!.length - this.#offset;
    this.#offset = 0;
  }

  process(_inputs: unknown, outputs: Float32Array[][]): boolean {
    const output = outputs[0]![0]!;
    if (!this.#flows && this.#waiting < AHEAD_S * sampleRate) return true;
    this.#flows = true;
    for (let index = 0; index < output.length; index++) {
      const piece = this.#pieces[0];
      if (!piece) {
        this.#flows = false;
        break;
      }
      output[index] = piece[this.#offset++]! / 32768;
      this.#waiting -= 1;
      if (this.#offset === piece.length) {
        this.#pieces.shift();
        this.#offset = 0;
      }
    }
    return true;
  }
}

registerProcessor('playback', Playback);
