import { memberMessages } from "../prompt/member-messages.ts";
import type { Answer, StrategyContext, StrategyResult } from "../strategy.ts";
import type { MoaOptions } from "./options.ts";
import { toAggregatorMessages, toProposerMessages } from "./prompts.ts";

/**
 * Every slot stands with its newest answer: a proposer that fails in a later layer keeps its earlier answer in the panel,
 * and one that failed before gets another chance. So no layer can leave less than there was, and only the first must
 * bring an answer. Of a panel of which a single slot ever answered, that answer is returned word for word.
 */
export async function runMoa(context: StrategyContext<MoaOptions>): Promise<StrategyResult> {
  const newest = new Map<number, Answer>();
  for (let layer = 0; layer < context.options.layers; layer += 1) {
    const messages = newest.size === 0 ? memberMessages(context) : toProposerMessages(context, bySlot(newest));
    const outcome = await context.stage({ name: "propose", layer, messages: () => messages, optional: newest.size > 0 });
    for (const answer of outcome.answers) newest.set(answer.slot, answer);
  }

  const answers = bySlot(newest);
  const [survivor] = answers;
  const planned = context.plan.stages.find(({ name }) => name === "propose")?.slots.length ?? 0;
  if (survivor !== undefined && answers.length === 1 && planned > 1) {
    return { answer: survivor, degraded: [{ code: "single_survivor", stage: "propose", slot: survivor.slot }] };
  }
  return { answer: await context.final(toAggregatorMessages(context, answers), survivor === undefined ? {} : { fallback: survivor }) };
}

function bySlot(newest: ReadonlyMap<number, Answer>): Answer[] {
  return [...newest.values()].toSorted((left, right) => left.slot - right.slot);
}
