import { Secret } from "@composite-llm/core";

export type Reading<Value> = { value: Value } | { problem: string };

/** An environment variable: its name and how its text is read. A problem never quotes the text. */
export interface Variable<Value> {
  name: string;
  /** @param text null when the variable is unset or empty */
  read(text: string | null): Reading<Value>;
}

function variable<Value, Fallback>(name: string, fallback: Fallback, read: (text: string) => Reading<Value>): Variable<Value | Fallback> {
  return { name, read: (text) => (text === null ? { value: fallback } : read(text)) };
}

/** Any text; `fallback` when unset. */
export function textVariable<Fallback extends string | null>(name: string, fallback: Fallback): Variable<string | Fallback> {
  return variable(name, fallback, (text) => ({ value: text }));
}

/** One of a few words. */
export function choiceVariable<Choice extends string, Fallback extends Choice | null>(
  name: string,
  choices: readonly Choice[],
  fallback: Fallback,
): Variable<Choice | Fallback> {
  return variable<Choice, Fallback>(name, fallback, (text) => {
    const choice = choices.find((known) => known === text);
    return choice === undefined ? { problem: `must be one of ${choices.join(", ")}` } : { value: choice };
  });
}

/** A whole number between two bounds, both included. */
export function integerVariable<Fallback extends number | null>(
  name: string,
  bounds: { min: number; max: number },
  fallback: Fallback,
): Variable<number | Fallback> {
  return variable<number, Fallback>(name, fallback, (text) => {
    const value = /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    return value >= bounds.min && value <= bounds.max
      ? { value }
      : { problem: `must be a whole number from ${bounds.min} to ${bounds.max}` };
  });
}

/** A TCP port; 0 takes a free one. */
export function portVariable(name: string, fallback: number): Variable<number> {
  return integerVariable(name, { min: 0, max: 65_535 }, fallback);
}

/** An absolute URL, as it was written. @param protocols as `https:` */
export function urlVariable<Fallback extends string | null>(
  name: string,
  protocols: readonly string[],
  fallback: Fallback,
): Variable<string | Fallback> {
  return variable<string, Fallback>(name, fallback, (text) => {
    const url = URL.canParse(text) ? new URL(text) : null;
    if (url !== null && protocols.includes(url.protocol)) return { value: text };
    return { problem: `must be a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(" or ")}` };
  });
}

/** Absolute URLs separated by commas, none twice, in their order; null when unset. A comma within one is written `%2C`. */
export function urlListVariable(name: string, protocols: readonly string[]): Variable<readonly string[] | null> {
  const url = urlVariable(name, protocols, null);
  return variable<readonly string[], null>(name, null, (text) => {
    const urls = split(text);
    const problem = (urls.length === 0 ? [text] : urls).map((each) => url.read(each)).find((reading) => "problem" in reading);
    if (problem !== undefined && "problem" in problem) return { problem: `${problem.problem}, or several separated by commas` };
    return new Set(urls).size === urls.length ? { value: urls } : { problem: "must not name the same URL twice" };
  });
}

function split(text: string): string[] {
  return text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

/** A list separated by commas; empty when unset. */
export function listVariable(name: string): Variable<readonly string[]> {
  return variable(name, [], (text) => ({ value: split(text) }));
}

/** A value that must not be seen; null when unset. */
export function secretVariable(name: string): Variable<Secret | null> {
  return variable(name, null, (text) => ({ value: new Secret(text) }));
}

/** A list of values that must not be seen, separated by commas; empty when unset. */
export function secretListVariable(name: string): Variable<readonly Secret[]> {
  return variable(name, [], (text) => ({ value: split(text).map((item) => new Secret(item)) }));
}

/** The same variable, which must be set. */
export function required<Value>(inner: Variable<Value>): Variable<Exclude<Value, null>> {
  return {
    name: inner.name,
    read: (text) => {
      if (text === null) return { problem: "must be set" };
      const reading = inner.read(text);
      if ("problem" in reading) return reading;
      return { value: reading.value as Exclude<Value, null> };
    },
  };
}
