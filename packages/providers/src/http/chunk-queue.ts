/** Bytes that may wait unread before the sender is asked to pause. */
const HIGH_WATER_BYTES = 256 * 1024;

interface Waiter {
  resolve: (result: IteratorResult<Uint8Array>) => void;
  reject: (reason: unknown) => void;
}

/** The sending side, as far as the reader may slow it down. */
export interface ChunkSource {
  pause(): void;
  resume(): void;
  /** Nobody reads any further. */
  cancel(): void;
}

/** Carries the chunks of a response from the socket's callbacks to one reader, and holds the socket back when he is slow. */
export class ChunkQueue implements AsyncIterableIterator<Uint8Array> {
  readonly #source: ChunkSource;
  readonly #chunks: Uint8Array[] = [];
  #waiting: Waiter | null = null;
  #bytes = 0;
  #paused = false;
  #ended = false;
  #failure: { reason: unknown } | null = null;

  constructor(source: ChunkSource) {
    this.#source = source;
  }

  push(chunk: Uint8Array): void {
    if (this.#ended) return;
    if (this.#waiting !== null) {
      this.#take().resolve({ done: false, value: chunk });
      return;
    }
    this.#chunks.push(chunk);
    this.#bytes += chunk.byteLength;
    if (this.#bytes >= HIGH_WATER_BYTES && !this.#paused) {
      this.#paused = true;
      this.#source.pause();
    }
  }

  end(): void {
    this.#ended = true;
    if (this.#waiting !== null) this.#take().resolve({ done: true, value: undefined });
  }

  /** The reader still gets what arrived before. */
  fail(reason: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#failure = { reason };
    if (this.#waiting !== null) this.#take().reject(reason);
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) {
      this.#bytes -= chunk.byteLength;
      if (this.#paused && this.#bytes < HIGH_WATER_BYTES / 2) {
        this.#paused = false;
        this.#source.resume();
      }
      return { done: false, value: chunk };
    }
    if (this.#failure !== null) throw this.#failure.reason;
    if (this.#ended) return { done: true, value: undefined };
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    if (!this.#ended) {
      this.#ended = true;
      this.#source.cancel();
    }
    this.#chunks.length = 0;
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #take(): Waiter {
    const waiter = this.#waiting as Waiter;
    this.#waiting = null;
    return waiter;
  }
}
