import type { JsonObject } from "@composite-llm/core";
import type { NamedModel } from "../configuration.ts";
import type { KnownStrategy } from "../strategy-registry.ts";

/** Stands for the base model while it is not known. No model has a name with a space. */
const UNNAMED: NamedModel = { model: "the base model" };

export interface DraftedPlan {
  stageNames: string[];
  /** Every model that the options name, the final one first, with its place among the options. */
  named: { member: NamedModel; field: string }[];
}

/** What a strategy would call with these options and those that the defaults add; null when it cannot say yet. */
export function draftPlan(strategy: KnownStrategy, options: JsonObject): DraftedPlan | null {
  const own = Object.fromEntries(Object.entries(options).filter(([name]) => Object.hasOwn(strategy.options.shape, name)));
  const parsed = strategy.options.safeParse(own);
  if (!parsed.success) return null;
  try {
    const { stages, final } = strategy.plan({ options: parsed.data, base: UNNAMED });
    const slots = [final, ...stages.flatMap((stage) => stage.slots)];
    return {
      stageNames: [...new Set(stages.map(({ name }) => name))],
      named: slots.filter(({ member }) => member.model !== UNNAMED.model).map(({ member, field }) => ({ member, field })),
    };
  } catch {
    // A strategy may need what only a request brings; the gateway then says so.
    return null;
  }
}
