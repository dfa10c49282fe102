import type { JsonObject } from "@composite-llm/core";
import type { z } from "zod";
import type { NamedModel } from "./configuration.ts";

interface PlannedName {
  member: NamedModel;
  /** Where the options name it: `proposers[1]`; `model` for the base model. */
  field: string;
}

/** What the configuration needs to know of a strategy. */
export interface KnownStrategy {
  name: string;
  description: string;
  options: z.ZodObject;
  /** Stages that policies may be set for; those of the plan unless given. */
  stageNames?: readonly string[];
  plan(input: { options: JsonObject; base: NamedModel }): {
    stages: readonly { name: string; slots: readonly PlannedName[] }[];
    final: PlannedName;
  };
}

/** Where strategies come from: handed in, so that who must not see strategies can read the same file. */
export interface StrategySource {
  /** The options that every strategy takes. */
  common: z.ZodObject;
  builtIn: Readonly<Record<string, KnownStrategy>>;
  /**
   * Loads the file's own modules. @param paths absolute path by name
   * @throws an error with `problems: { name, message }[]` for those that cannot be served
   */
  load(paths: Readonly<Record<string, string>>): Promise<Iterable<KnownStrategy>>;
}
