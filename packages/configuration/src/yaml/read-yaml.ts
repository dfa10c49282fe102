import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { type ConfigurationPath, type ConfigurationProblem, formatPath } from "../configuration-problem.ts";
import type { Environment } from "../environment.ts";
import { substituteVariables } from "./substitute-variables.ts";

/** A YAML file with its variables put in, and the way back from a value to its place. */
export interface YamlFile {
  /** What it says; an empty mapping when it is empty or cannot be read. */
  value: Record<string, unknown>;
  problems: ConfigurationProblem[];
  /** Paths (as `formatPath` writes them) of the values that variables were put into. */
  substituted: ReadonlySet<string>;
  /** Variables that were put in anywhere. */
  used: { name: string; value: string }[];
  /** A problem at the deepest part of the path that the file has; of an entry, at its key. */
  problemAt(path: ConfigurationPath, message: string, at?: "key" | "value"): ConfigurationProblem;
}

/** Where a variable may be missing: the provider is then not offered, or the address is asked for where it is needed. */
function mayBeUnset(path: ConfigurationPath): boolean {
  if (path[0] !== "providers") return false;
  return (path.length === 5 && path[2] === "keys" && path[4] === "key") || (path.length === 3 && path[2] === "base_url");
}

/** How often aliases may repeat what they stand for, so that a small file cannot fill the memory. */
const MAX_ALIASES = 100;

class UnreadableError extends Error {}

/** What the parser throws instead of collecting it. */
function whyUnreadable(error: unknown): string {
  if (error instanceof UnreadableError) return error.message;
  // Parser and conversion call themselves for each level.
  if (error instanceof RangeError) return "is nested too deeply";
  if (!(error instanceof Error)) throw error;
  return error.message.startsWith("Excessive") ? `repeats anchors more than ${MAX_ALIASES} times` : `is not valid YAML: ${error.message}`;
}

/** Reads a YAML 1.2 file of one mapping. Problems of its form and of its variables are in the result, nothing is thrown. */
export function readYaml(text: string, env: Environment): YamlFile {
  const lineCounter = new LineCounter();
  const places = new Map<string, { key: number; value: number }>();
  const substituted = new Set<string>();
  const file: YamlFile = { value: {}, problems: [], substituted, used: [], problemAt };

  function problemAtOffset(path: ConfigurationPath, message: string, offset: number): ConfigurationProblem {
    const { line, col } = lineCounter.linePos(offset);
    return { path: formatPath(path), line: Math.max(line, 1), column: Math.max(col, 1), message };
  }

  function problemAt(path: ConfigurationPath, message: string, at: "key" | "value" = "value"): ConfigurationProblem {
    for (let length = path.length; length >= 0; length -= 1) {
      const place = places.get(formatPath(path.slice(0, length)));
      if (place !== undefined) return problemAtOffset(path, message, length === path.length && at === "value" ? place.value : place.key);
    }
    return { path: formatPath(path), line: null, column: null, message };
  }

  function putVariablesIn(node: { value: unknown }, path: ConfigurationPath): void {
    if (typeof node.value !== "string" || !node.value.includes("${")) return;
    const { text: result, used, unset, malformed } = substituteVariables(node.value, env);
    file.used.push(...used);
    if (malformed)
      file.problems.push(problemAt(path, "has a ${ that begins no ${NAME} or ${NAME:-default}; write $${ for the text itself"));
    if (unset.length > 0 && !mayBeUnset(path)) {
      const names = [...new Set(unset)].join(" and ");
      file.problems.push(problemAt(path, `needs the environment variable ${names}, which is not set and has no default`));
    }
    node.value = unset.length > 0 ? "" : result;
    substituted.add(formatPath(path));
  }

  function walk(node: unknown, path: ConfigurationPath): void {
    if (isMap(node)) {
      for (const pair of node.items) {
        if (!isScalar(pair.key)) continue;
        const inner = [...path, String(pair.key.value)];
        const key = pair.key.range?.[0] ?? 0;
        places.set(formatPath(inner), { key, value: (pair.value as Node | null)?.range?.[0] ?? key });
        walk(pair.value, inner);
      }
    } else if (isSeq(node)) {
      for (const [index, item] of node.items.entries()) {
        const inner = [...path, index];
        const value = (item as Node | null)?.range?.[0] ?? 0;
        places.set(formatPath(inner), { key: value, value });
        walk(item, inner);
      }
    } else if (isScalar(node)) putVariablesIn(node, path);
  }

  function read(): void {
    const document = parseDocument(text, { lineCounter, prettyErrors: false, stringKeys: true, merge: true });
    for (const { pos, message } of [...document.errors, ...document.warnings]) {
      if (message.includes("call stack")) throw new UnreadableError("is nested too deeply");
      const line = text.slice(text.lastIndexOf("\n", pos[0] - 1) + 1).split("\n", 1)[0] ?? "";
      const hint = /[:,{[] *\$\{/.test(line) ? " (a value with ${…} inside { } or [ ] needs quotes)" : "";
      file.problems.push(problemAtOffset([], `is not valid YAML: ${message}${hint}`, pos[0]));
    }
    const { contents } = document;
    if (file.problems.length > 0 || contents === null || (isScalar(contents) && contents.value === null)) return;
    if (!isMap(contents)) throw new UnreadableError("must be a mapping of keys to values");
    const start = contents.range?.[0] ?? 0;
    places.set("", { key: start, value: start });
    walk(contents, []);
    file.value = document.toJS({ maxAliasCount: MAX_ALIASES }) as Record<string, unknown>;
  }

  try {
    read();
  } catch (error) {
    file.problems.push({ path: "", line: 1, column: 1, message: whyUnreadable(error) });
  }
  return file;
}
