import { appendMaterial, defineStrategy, finalMember, memberMessages, memberOption } from "@composite-llm/strategies";
import { z } from "zod";

/**
 * One model drafts, the base model checks the draft and answers. Two calls in all: worth it where the drafter is cheap and
 * the base model is better at correcting than at starting. If the draft fails, the base model answers alone.
 */
export const strategy = defineStrategy({
  name: "second-look",
  description: "One model drafts an answer, the base model checks it and writes the final one.",
  options: z.strictObject({
    drafter: memberOption.optional().describe("Who drafts: a model name or `{model, provider, params}`; the base model unless set"),
  }),

  plan: ({ options, base }) => ({
    stages: [{ name: "draft", layer: 0, slots: [{ role: "member", ...finalMember("drafter", options.drafter, base) }] }],
    final: { role: "critic", member: base, field: "model" },
  }),

  async run(context) {
    const messages = memberMessages(context);
    const { answers } = await context.stage({ name: "draft", messages: () => messages, optional: true });
    const [draft] = answers;
    if (draft === undefined) return { answer: await context.final(context.messages) };

    return {
      answer: await context.final(
        appendMaterial(context.messages, context.plan.seed, {
          intro: "Here is a draft of an answer to the conversation above.",
          material: [{ kind: "draft", label: "draft", text: draft.text }],
          task: "Check every claim, calculation and line of code in it. Then write the answer that the user will see: keep what holds, correct what does not. Do not mention the draft.",
        }),
      ),
    };
  },
});
