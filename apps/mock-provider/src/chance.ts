import { hash } from "node:crypto";
import { createRandom, type Random } from "@composite-llm/core";

/** The chance of one request: everything drawn from it is the same for the same request. */
export interface Chance {
  /** Equal for equal facts. */
  digest: string;
  /** A generator of its own for each purpose, so that one draw more in one place changes nothing elsewhere. */
  random(purpose: string): Random;
}

/** @param facts what the answer may depend on; equal facts give equal draws */
export function createChance(facts: readonly string[]): Chance {
  const digest = hash("sha1", facts.join("\u0000"), "hex");
  return { digest, random: (purpose) => createRandom(Number.parseInt(hash("sha1", digest + purpose, "hex").slice(0, 8), 16)) };
}

const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/** An id in the style of the vendors: letters and digits. */
export function drawId(random: Random, length = 24): string {
  let id = "";
  while (id.length < length) id += LETTERS[Math.floor(random() * LETTERS.length)];
  return id;
}
