interface Pattern<Value> {
  expression: RegExp;
  literals: number;
  value: Value;
}

function escapeExpression(text: string): string {
  return text.replaceAll(/[\\^$.+?()[\]{}|]/g, "\\$&");
}

/** Settings by `provider/model`, where `*` in a key stands for any characters. */
export type ByModelPattern<Value> = Readonly<Record<string, Value>>;

/**
 * The setting for a model: the key that names it exactly, else the matching pattern with the most letters, else null.
 */
export class ModelPatterns<Value> {
  readonly #exact: ReadonlyMap<string, Value>;
  readonly #patterns: readonly Pattern<Value>[];

  constructor(settings: ByModelPattern<Value>) {
    this.#exact = new Map(Object.entries(settings));
    this.#patterns = Object.entries(settings)
      .filter(([key]) => key.includes("*"))
      .map(([key, value]) => ({
        expression: new RegExp(`^${key.split("*").map(escapeExpression).join(".*")}$`, "s"),
        literals: key.replaceAll("*", "").length,
        value,
      }))
      .toSorted((left, right) => right.literals - left.literals);
  }

  find(provider: string, model: string): Value | null {
    const name = `${provider}/${model}`;
    return this.#exact.get(name) ?? this.#patterns.find((pattern) => pattern.expression.test(name))?.value ?? null;
  }
}
