import type { Clock } from "@composite-llm/core";

/** What a call waited for in vain. */
export type Silence = "answer" | "first_token" | "idle";

/**
 * Ends a call that is silent for too long. Progress only notes the time; one timer looks again when the earliest silence
 * could have ended, so that a thousand pieces cost no thousand timers.
 */
export class SilenceWatch {
  readonly #clock: Clock;
  readonly #onSilence: (silence: Silence) => void;
  #timer: NodeJS.Timeout | null = null;
  #silence: Silence = "answer";
  #limitMs = 0;
  #sinceMs = 0;

  constructor(clock: Clock, onSilence: (silence: Silence) => void) {
    this.#clock = clock;
    this.#onSilence = onSilence;
  }

  /** Begins to wait for something, in place of what was waited for before. */
  expect(silence: Silence, limitMs: number): void {
    this.#silence = silence;
    this.#limitMs = limitMs;
    this.#sinceMs = this.#clock.monotonicMs();
    this.stop();
    this.#timer = setTimeout(this.#look, limitMs);
  }

  /** Something arrived: from now on the wait is for the next, at most so long. */
  progress(limitMs: number): void {
    if (this.#silence === "idle" && this.#timer !== null) {
      this.#sinceMs = this.#clock.monotonicMs();
      return;
    }
    this.expect("idle", limitMs);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  readonly #look = (): void => {
    const leftMs = this.#sinceMs + this.#limitMs - this.#clock.monotonicMs();
    // A timer may fire a fraction of a millisecond early.
    if (leftMs > 1) {
      this.#timer = setTimeout(this.#look, leftMs);
      return;
    }
    this.#timer = null;
    this.#onSilence(this.#silence);
  };
}
