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
