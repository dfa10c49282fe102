import { nearestName } from "@composite-llm/core";
import type { Behaviour } from "./behaviour.ts";
import { type Argument, DIRECTIVES, STATUS } from "./directives.ts";

export type Condition = { kind: "first"; requests: number } | { kind: "rate"; percent: number } | { kind: "stage"; stage: string };

/** What a list of directives does, in its order: a condition that does not hold ends it. */
export type ProgramStep = { kind: "set"; patch: Partial<Behaviour> } | { kind: "when"; condition: Condition };

export type ProgramReading = { steps: readonly ProgramStep[] } | { problem: string };

const LONGEST_NAME = 3;
const CONDITIONS: Readonly<Record<string, Argument>> = {
  "fail-first": { min: 1, max: 1_000_000 },
  "fail-rate": { min: 0, max: 100 },
};
const NAMES = [...DIRECTIVES.keys(), ...Object.keys(CONDITIONS), "on"];

/** Reads words one after the other; remembers the first thing that is wrong. */
class WordReader {
  problem: string | null = null;
  readonly #words: readonly string[];
  #at = 0;

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  get isDone(): boolean {
    return this.problem !== null || this.#at >= this.#words.length;
  }

  word(): string | null {
    return this.#words[this.#at++] ?? null;
  }

  /** The longest name that begins here. */
  name(): string | null {
    for (let length = LONGEST_NAME; length > 0; length -= 1) {
      const name = this.#words.slice(this.#at, this.#at + length).join("-");
      if (!NAMES.includes(name)) continue;
      this.#at += length;
      return name;
    }
    const word = this.#words[this.#at] ?? "";
    const meant = nearestName(word, NAMES);
    this.problem = `unknown directive "${word}"${meant === null ? "" : `, did you mean "${meant}"?`}`;
    return null;
  }

  /** A whole number, `m5` for −5; null when it is left out. */
  optional(name: string, argument: Argument): number | null {
    const word = this.#words[this.#at] ?? "";
    if (!/^m?\d{1,12}$/.test(word)) return null;
    this.#at += 1;
    const value = Number(word.replace("m", "-"));
    if (value >= argument.min && value <= argument.max) return value;
    this.problem = `"${name}" takes numbers from ${argument.min} to ${argument.max}, not "${word}"`;
    return null;
  }

  number(name: string, argument: Argument): number {
    const value = this.optional(name, argument) ?? argument.fallback;
    if (value === undefined) this.problem ??= `"${name}" needs ${argument.fallback === undefined ? "a number" : "a valid number"} after it`;
    return value ?? 0;
  }
}

function toCondition(name: string, value: number): Condition {
  return name === "fail-first" ? { kind: "first", requests: value } : { kind: "rate", percent: value };
}

/** @param text directives joined by `-`, such as `latency-200-fail-first-2-503` */
export function parseProgram(text: string): ProgramReading {
  const reader = new WordReader(text.split("-"));
  const steps: ProgramStep[] = [];
  while (!reader.isDone) {
    const name = reader.name();
    if (name === null) break;
    const guard = CONDITIONS[name];
    const directive = DIRECTIVES.get(name);
    if (name === "on") {
      const stage = reader.word();
      if (stage === null) reader.problem = `"on" needs the name of a stage after it`;
      else steps.push({ kind: "when", condition: { kind: "stage", stage } });
    } else if (guard !== undefined) {
      steps.push({ kind: "when", condition: toCondition(name, reader.number(name, guard)) });
      const status = reader.optional(name, STATUS);
      if (status !== null) steps.push({ kind: "set", patch: { fault: { kind: "status", status } } });
    } else if (directive !== undefined) {
      const values = directive.arguments.map((argument) => reader.number(name, argument));
      steps.push({ kind: "set", patch: directive.toPatch(values) });
    }
  }
  return reader.problem === null ? { steps } : { problem: reader.problem };
}
