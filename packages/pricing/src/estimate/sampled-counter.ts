import { bytesOf, type TokenCounter } from "./token-counter.ts";

/** Texts of up to this many characters in all are read whole. */
const EXACT_CHARACTERS = 4_096;

/** Longer ones are read in as many places, each of so many characters, and the rest is taken to be like them. */
const SAMPLES = 8;
const SAMPLE_CHARACTERS = 512;

/**
 * Longest stretch without white space, or of nothing else, that is given to a tokenizer in one piece: its time grows with the
 * square of that length. Cutting costs a token at most for each cut.
 */
const LONGEST_STRETCH = 64;
const STRETCH = new RegExp(`(\\S{${LONGEST_STRETCH + 1},}|\\s{${LONGEST_STRETCH + 1},})`);

function countPieces(text: string, tokenize: (text: string) => number): number {
  let tokens = 0;
  for (const [index, part] of text.split(STRETCH).entries()) {
    // Every second part is such a stretch.
    if (index % 2 === 0) tokens += part === "" ? 0 : tokenize(part);
    else for (let at = 0; at < part.length; at += LONGEST_STRETCH) tokens += tokenize(part.slice(at, at + LONGEST_STRETCH));
  }
  return tokens;
}

/** Pieces of the texts, spread evenly over all of them as if they were one. */
function sample(texts: readonly string[], characters: number): string[] {
  const pieces: string[] = [];
  let before = 0;
  let next = 0;
  for (const text of texts) {
    for (; next < SAMPLES; next += 1) {
      const at = Math.floor((next * (characters - SAMPLE_CHARACTERS)) / (SAMPLES - 1)) - before;
      if (at >= text.length) break;
      pieces.push(text.slice(at, at + SAMPLE_CHARACTERS));
    }
    before += text.length;
  }
  return pieces;
}

/**
 * Counts with a tokenizer, in a time that has a bound whatever the texts are: a megabyte at once would hold up everything
 * else in the process for a third of a second and more.
 */
export function createSampledCounter(tokenize: (text: string) => number): TokenCounter {
  return (texts) => {
    const characters = texts.reduce((sum, text) => sum + text.length, 0);
    const isShort = characters <= EXACT_CHARACTERS;
    const read = isShort ? texts : sample(texts, characters);
    const tokens = read.reduce((sum, text) => sum + countPieces(text, tokenize), 0);
    return isShort ? tokens : Math.ceil((tokens * bytesOf(texts)) / bytesOf(read));
  };
}
