import type { Configuration } from "@composite-llm/configuration";
import type { Params, PlannedPlace, PlannedSlot, PlannedStrategy } from "@composite-llm/contracts";
import { invalidRequest } from "@composite-llm/openai-api";
import { adaptParams } from "@composite-llm/pricing";
import { toModelTarget } from "../models/to-model-target.ts";

/** Parameters that give the answer another form, which its reader relies on, with the values that ask for nothing. */
const SHAPING: Readonly<Record<string, readonly unknown[]>> = { n: [1], logprobs: [false], top_logprobs: [] };

/**
 * Sees to it that the last call is asked with every parameter that shapes the answer: gives the plan without those other places that do not take
 * one of them.
 *
 * @throws ApiError `invalid_request` when the model of the last call itself does not
 */
export function checkFinalParams(
  root: PlannedStrategy,
  clients: Params,
  configuration: Pick<Configuration, "providers" | "models">,
): PlannedStrategy {
  const isAsked = (name: string, idle: readonly unknown[]): boolean =>
    clients[name] !== undefined && clients[name] !== null && !idle.includes(clients[name]);
  const asked = Object.entries(SHAPING).filter(([name, idle]) => isAsked(name, idle));
  if (asked.length === 0) return root;

  const droppedBy = ({ provider, model, params }: PlannedPlace): string | undefined => {
    const { params: taken } = adaptParams(toModelTarget({ provider, model }, configuration), params, configuration.models.capabilities);
    return asked.map(([name]) => name).find((name) => taken[name] === undefined);
  };
  const checked = (final: PlannedSlot): PlannedSlot => {
    const { member } = final;
    if (member.nested !== null) {
      const { nested } = member;
      return { ...final, member: { ...member, nested: { ...nested, final: checked(nested.final) } } };
    }
    const dropped = droppedBy(member);
    if (dropped !== undefined) {
      const model = `${member.provider}/${member.model}`;
      throw invalidRequest(
        dropped,
        `${model} makes the final call and does not take ${dropped} as asked: leave it out, or choose another model.`,
      );
    }
    if (member.fallbacks === undefined) return final;
    return { ...final, member: { ...member, fallbacks: member.fallbacks.filter((place) => droppedBy(place) === undefined) } };
  };
  return { ...root, final: checked(root.final) };
}
