import type { NameBook } from "./name-book.ts";

/** The parts of a name by its grammar, before any model is looked up. */
export type CompositeName =
  | { kind: "profile"; profile: string }
  | { kind: "strategy"; strategy: string; model: string }
  /** Begins with `composite/`, but with neither a strategy nor `profile` behind it. */
  | { kind: "unknown-strategy"; strategy: string }
  | { kind: "plain"; model: string };

/**
 * Reads `composite/<strategy>/<model>`, `composite/profile/<name>`, both also without the leading `composite/`, which
 * some clients drop. An alias may have a strategy's name. Everything else is a plain model.
 */
export function splitCompositeName(name: string, book: Pick<NameBook, "models" | "strategyNames">): CompositeName {
  const isMarked = name === "composite" || name.startsWith("composite/");
  const rest = isMarked ? name.slice("composite/".length) : name;
  const slash = rest.indexOf("/");
  const head = slash === -1 ? rest : rest.slice(0, slash);
  const tail = slash === -1 ? "" : rest.slice(slash + 1);
  if (head === "profile" && (isMarked || slash !== -1)) return { kind: "profile", profile: tail };
  if (book.strategyNames.has(head) && !(slash === -1 && book.models.aliases.has(name)))
    return { kind: "strategy", strategy: head, model: tail };
  return isMarked ? { kind: "unknown-strategy", strategy: head } : { kind: "plain", model: rest };
}
