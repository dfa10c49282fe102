/** A piece of a script, and what stands in its place. */
export interface Rewriting {
  from: string;
  to: string;
}

/**
 * Changes what a process sends to Redis, so that its scripts do something else: the whole length stays, as the protocol says lengths in advance.
 *
 * @throws Error when the new text is longer than the old one
 */
export function rewrite(chunk: Buffer, { from, to }: Rewriting): Buffer {
  if (Buffer.byteLength(to) > Buffer.byteLength(from)) throw new Error(`${to} does not fit in the place of ${from}`);
  let at = chunk.indexOf(from);
  if (at < 0) return chunk;
  const changed = Buffer.from(chunk);
  for (; at >= 0; at = chunk.indexOf(from, at + 1)) {
    changed.fill(" ", at, at + Buffer.byteLength(from));
    changed.write(to, at);
  }
  return changed;
}

/** Where the beginning of a text starts that a chunk ends with, for the rest of it may come with the next one; the chunk's length when it does not. */
export function beginningOf(chunk: Buffer, text: string): number {
  const whole = Buffer.from(text);
  for (let length = Math.min(whole.length - 1, chunk.length); length > 0; length -= 1) {
    if (chunk.subarray(chunk.length - length).equals(whole.subarray(0, length))) return chunk.length - length;
  }
  return chunk.length;
}
