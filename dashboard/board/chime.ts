/** Two soft tones for an order that comes in, made here: nothing is loaded. Off until wanted. */

const tonesHz = [660, 880];
const toneS = 0.16;
const loudness = 0.12;
/** Orders that come together ring once. */
const gapMs = 1_500;

export class Chime {
  #context: AudioContext | null = null;
  #nextMs = 0;

  get isOn(): boolean {
    return this.#context !== null;
  }

  /** From a click or a key: browsers let nothing sound otherwise. */
  toggle(): void {
    if (this.#context === null) {
      this.#context = new AudioContext();
      this.ring();
      return;
    }
    void this.#context.close();
    this.#context = null;
  }

  ring(): void {
    const context = this.#context;
    if (context === null || performance.now() < this.#nextMs) return;
    this.#nextMs = performance.now() + gapMs;
    for (const [n, hz] of tonesHz.entries()) {
      const from = context.currentTime + n * toneS;
      const tone = new OscillatorNode(context, { frequency: hz, type: 'sine' });
      const level = new GainNode(context, { gain: 0 });
      level.gain.linearRampToValueAtTime(0, from);
      level.gain.linearRampToValueAtTime(loudness, from + 0.02);
      level.gain.exponentialRampToValueAtTime(0.001, from + toneS * 2);
      tone.connect(level).connect(context.destination);
      tone.start(from);
      tone.stop(from + toneS * 2);
    }
  }
}
