/** FNV-1a over UTF-16 units (Fowler, Noll, Vo), 32 bits. Not for secrets: the caller makes sure that the code fits. */
function hash(text: string, start: number): number {
  let state = start >>> 0;
  for (let index = 0; index < text.length; index += 1) state = Math.imul(state ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return state;
}

/**
 * A code for delimiters that none of the texts contains, in whatever case. It depends on the run's seed, which no model
 * ever sees, and on the texts: a replay finds the same code, and an author cannot know it while writing. Should a text
 * contain it all the same, the next one is taken, so that no text can close its own delimiter.
 *
 * @returns 8 hexadecimal digits
 */
export function createDelimiter(seed: number, texts: readonly string[]): string {
  const searched = texts.map((text) => text.toLowerCase());
  const digest = searched.reduce((state, text) => hash(text, state), 0x811c9dc5 ^ seed);
  for (let attempt = 0; ; attempt += 1) {
    const code = hash(String(attempt), digest).toString(16).padStart(8, "0");
    if (!searched.some((text) => text.includes(code))) return code;
  }
}
