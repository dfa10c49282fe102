import type { Configuration } from "@composite-llm/configuration";
import type { DraftedSlot, DraftedStrategy } from "./drafted-strategy.ts";

function slotsOf({ stages, final }: DraftedStrategy): DraftedSlot[] {
  const slots = [...stages.flatMap((stage) => stage.slots), final];
  return slots.flatMap((slot) => (slot.member.nested === null ? [slot] : slotsOf(slot.member.nested)));
}

/** Whether a simulated provider answers any of the calls. */
export function isSimulated(drafted: DraftedStrategy, { providers }: Pick<Configuration, "providers">): boolean {
  const places = slotsOf(drafted).flatMap(({ member }) => [member, ...(member.fallbacks ?? [])]);
  return places.some(({ provider }) => providers.get(provider)?.simulated === true);
}
