import type { Configuration } from "@composite-llm/configuration";
import type { Params, PlannedMember, PlannedStrategy } from "@composite-llm/contracts";
import { invalidRequest } from "@composite-llm/openai-api";
import { adaptParams } from "@composite-llm/pricing";
import { toModelTarget } from "../models/to-model-target.ts";

/** Parameters that give the answer another form, which its reader relies on, with the values that ask for nothing. */
const SHAPING: Readonly<Record<string, readonly unknown[]>> = { n: [1], logprobs: [false], top_logprobs: [] };

function finalMember({ final }: PlannedStrategy): PlannedMember {
  return final.member.nested === null ? final.member : finalMember(final.member.nested);
}

/** @throws ApiError `invalid_request` when the model of the last call would be asked without a parameter that shapes the answer */
export function checkFinalParams(root: PlannedStrategy, clients: Params, configuration: Pick<Configuration, "providers" | "models">): void {
  const isAsked = (name: string, idle: readonly unknown[]): boolean =>
    clients[name] !== undefined && clients[name] !== null && !idle.includes(clients[name]);
  const asked = Object.entries(SHAPING).filter(([name, idle]) => isAsked(name, idle));
  if (asked.length === 0) return;
  const { provider, model, params } = finalMember(root);
  const { params: taken } = adaptParams(toModelTarget({ provider, model }, configuration), params, configuration.models.capabilities);
  const dropped = asked.map(([name]) => name).find((name) => taken[name] === undefined);
  if (dropped === undefined) return;
  const message = `${provider}/${model} makes the final call and does not take ${dropped} as asked: leave it out, or choose another model.`;
  throw invalidRequest(dropped, message);
}
