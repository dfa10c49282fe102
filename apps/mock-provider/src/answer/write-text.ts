import type { Random } from "@composite-llm/core";
import { LEXICON, WIDE_LEXICON } from "./lexicon.ts";
import { toPieces } from "./tokens.ts";

type Lexicon = Readonly<Record<keyof typeof LEXICON, readonly string[]>>;

function pick(words: readonly string[], random: Random): string {
  return words[Math.floor(random() * words.length)] ?? "";
}

function writeSentence(lexicon: Lexicon, random: Random): string {
  const { openings, subjects, verbs, objects, endings } = lexicon;
  return `${pick(openings, random)} ${pick(subjects, random)} ${pick(verbs, random)} ${pick(objects, random)} ${pick(endings, random)}.`;
}

/** What every simulated text begins with. */
export function simulatedMark(base: string): string {
  return `[simulated ${base}]`;
}

/** Two to four sentences that say that they are simulated. */
export function writeText(base: string, isUtf8: boolean, random: Random): string {
  const lexicon = isUtf8 ? WIDE_LEXICON : LEXICON;
  const sentences = [simulatedMark(base)];
  for (let left = 2 + Math.floor(random() * 3); left > 0; left -= 1) sentences.push(writeSentence(lexicon, random));
  return sentences.join(" ");
}

const DISTINCT_SENTENCES = 200;

/** A text of exactly so many tokens; a long one repeats itself. */
export function writePieces(base: string, isUtf8: boolean, tokens: number, random: Random): string[] {
  const lexicon = isUtf8 ? WIDE_LEXICON : LEXICON;
  const pieces = toPieces(simulatedMark(base));
  const supply: string[] = [];
  for (let sentence = 0; sentence < DISTINCT_SENTENCES && pieces.length + supply.length < tokens; sentence += 1) {
    supply.push(...toPieces(` ${writeSentence(lexicon, random)}`));
  }
  while (pieces.length < tokens) pieces.push(supply[pieces.length % supply.length] ?? " ");
  return pieces.slice(0, tokens);
}
