import type { Params } from "@composite-llm/contracts";
import type { DraftedSlot } from "./drafted-strategy.ts";

/** `max_completion_tokens` under the neutral name; the model-caller gives the model the one that it takes. */
function neutral(params: Params): Params {
  const { max_completion_tokens: maxTokens, ...rest } = params;
  return maxTokens === undefined ? params : { ...rest, max_tokens: maxTokens };
}

/** What of the client's parameters reaches a member: how it samples, and nothing that shapes the final answer. */
function samplingOf({ temperature, top_p }: Params): Params {
  return { ...(temperature === undefined ? {} : { temperature }), ...(top_p === undefined ? {} : { top_p }) };
}

/** Parameters of a call: the provider's bundle below the strategy's defaults below the client's below the member's own. */
export function layerParams({ member, defaults }: DraftedSlot, clients: Params, above: Params = {}): Params {
  return { ...neutral(member.bundle), ...neutral(defaults), ...clients, ...neutral(member.params), ...neutral(above) };
}

/** The same for a member of a panel, which always has an output cap. */
export function layerMemberParams(slot: DraftedSlot, clients: Params, maxTokens: number, above: Params = {}): Params {
  return { max_tokens: maxTokens, ...layerParams(slot, samplingOf(clients), above) };
}
