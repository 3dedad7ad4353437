// Cuts what the microphone hears into frames of 20 ms of 16 bit samples at 16 kHz.

const RATE = 16000;
const FRAME = 320;

class Capture extends AudioWorkletProcessor {
  #frame = new Int16Array(FRAME);
  #filled = 0;
  #sum = 0;
  #summed = 0;
  #phase = 0;
  #listener: MessagePort | undefined; // comes in a message

  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<MessagePort>) => (this.#listener = data);
  }

  process(inputs: Float32Array[][]): boolean {
    for (const sample of inputs[0]?.[0] ?? []) {
      // The mean of what falls into one sample of the lower rate; at the same rate, the sample.
      this.#sum += sample;
      this.#summed += 1;
      this.#phase += RATE;
      if (this.#phase < sampleRate) continue;
      this.#phase -= sampleRate;
      const mean = this.#sum / this.#summed;
      this.#sum = this.#summed = 0;
      this.#frame[this.#filled++] = Math.max(-32768, Math.min(32767, Math.round(mean * 32767)));
      if (this.#filled === FRAME) {
        this.#listener?.postMessage(this.#frame.buffer, [this.#frame.buffer]);
        this.#frame = new Int16Array(FRAME);
        this.#filled = 0;
      }
    }
    return true;
  }
}

registerProcessor('capture', Capture);
