/** What a bucket holds at most, and how fast it fills. */
export interface BucketSize {
  perMinute: number;
  /** A bucket that was left alone for so many seconds is full; at least one can always be taken from it. */
  burstSeconds: number;
}

/** Sums of many small refills end a little short of a whole number. */
const ROUNDING = 1e-6;

/**
 * A continuous bucket: it fills evenly and starts full. In any time it gives at most its capacity and what flows in meanwhile; a debt counts
 * against what comes later.
 */
export class Bucket {
  #perMs = 0;
  #capacity = 0;
  #level: number;
  #atMs: number;

  constructor(size: BucketSize, nowMs: number) {
    this.#size(size);
    this.#atMs = nowMs;
    this.#level = this.#capacity;
  }

  #size({ perMinute, burstSeconds }: BucketSize): void {
    this.#perMs = perMinute / 60_000;
    this.#capacity = Math.max(1, (perMinute * burstSeconds) / 60);
  }

  /** Keeps what is in it, as far as it fits. */
  resize(size: BucketSize, nowMs: number): void {
    const level = this.level(nowMs);
    this.#size(size);
    this.#level = Math.min(level, this.#capacity);
  }

  /** What can be taken now; negative in debt. */
  level(nowMs: number): number {
    this.#level = Math.min(this.#capacity, this.#level + (nowMs - this.#atMs) * this.#perMs);
    this.#atMs = nowMs;
    return this.#level;
  }

  /** Milliseconds until an amount can be taken, 0 for now. What is larger than the bucket needs it full. */
  waitMs(amount: number, nowMs: number): number {
    const missing = Math.min(amount, this.#capacity) - this.level(nowMs);
    return missing <= ROUNDING ? 0 : missing / this.#perMs;
  }

  /** Takes an amount, whether it is there or not. */
  take(amount: number, nowMs: number): void {
    this.#level = this.level(nowMs) - amount;
  }

  /** Milliseconds until it is full. */
  fullMs(nowMs: number): number {
    return (this.#capacity - this.level(nowMs)) / this.#perMs;
  }
}
