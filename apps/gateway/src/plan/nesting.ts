import { ApiError } from "@composite-llm/core";

/** A composite among the members of composites that cannot be: it leads back to itself, or too deep. */
export class NestingError extends ApiError {
  readonly kind: "cycle" | "too_deep" | "too_many";

  constructor(kind: NestingError["kind"], message: string, param: string) {
    super("invalid_request", message, { param });
    this.kind = kind;
  }
}

export interface NestingLimits {
  /** Composites inside composites inside … the requested one. */
  depth: number;
  /** Calls of a whole run. */
  calls: number;
}

interface Position {
  limits: NestingLimits;
  /** The requested composite first, the one being drafted last. */
  chain: readonly string[];
  counted: { calls: number };
  field: string;
}

/** Where in a tree of composites a draft stands. */
export class Nesting {
  readonly #position: Position;

  private constructor(position: Position) {
    this.#position = position;
  }

  static root(name: string, limits: NestingLimits): Nesting {
    return new Nesting({ limits, chain: [name], counted: { calls: 0 }, field: "model" });
  }

  get isNested(): boolean {
    return this.#position.chain.length > 1;
  }

  /** Where the client named what is being drafted. */
  get field(): string {
    return this.#position.field;
  }

  /** @throws NestingError when the run would make more calls than it may */
  countCall(field: string): void {
    const { counted, limits } = this.#position;
    counted.calls += 1;
    if (counted.calls <= limits.calls) return;
    throw new NestingError("too_many", `The run would make more than ${limits.calls} calls: name fewer members or layers.`, field);
  }

  /** @throws NestingError when the composite is already being drafted, or lies too deep */
  enter(name: string, field: string): Nesting {
    const { limits, chain } = this.#position;
    const path = [...chain, name];
    if (chain.includes(name)) throw new NestingError("cycle", `Composites contain each other: ${path.join(" → ")}.`, field);
    if (chain.length > limits.depth) {
      const allowed = limits.depth === 1 ? "one level" : `${limits.depth} levels`;
      throw new NestingError(
        "too_deep",
        `Composites may be nested ${allowed} deep: ${path.join(" → ")} is deeper. Name plain models there.`,
        field,
      );
    }
    return new Nesting({ ...this.#position, chain: path, field });
  }
}
