/** How many tokens some texts have, as closely as is worth its time. */
export type TokenCounter = (texts: readonly string[]) => number;

const BYTES_PER_TOKEN = 4;

/** The length that stands for tokens: characters, but bytes where a character has several, as in Chinese, which has more tokens. */
export function bytesOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}

/** A token for every four bytes: what is usual of English with any vendor. */
export const countByLength: TokenCounter = (texts) => Math.ceil(bytesOf(texts) / BYTES_PER_TOKEN);
