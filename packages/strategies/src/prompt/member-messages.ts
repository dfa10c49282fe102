import type { Message } from "@composite-llm/contracts";
import type { StrategyContext } from "../strategy.ts";
import { appendMaterial, type Material } from "./append-material.ts";

const MAX_TOOL_NOTES_CHARS = 16_000;

/** What members are told of the client's tools: names and descriptions as text, nothing that they could call. */
export function toToolMaterial(toolNotes: string | null): Material[] {
  return toolNotes === null ? [] : [{ kind: "tools", label: "tools", text: toolNotes, maxChars: MAX_TOOL_NOTES_CHARS }];
}

export const TOOL_TASK =
  "The tools described above are for the one who writes the final answer; you cannot call them. Where one is needed, name the call that you would make, its arguments and what it would settle. Never make up its result.";

/**
 * What a member of a first stage gets: the conversation itself, the same array for all; with one message more when the
 * client sent tools. Call it once per stage, so that all members share the result.
 */
export function memberMessages(context: Pick<StrategyContext<unknown>, "messages" | "toolNotes" | "plan">): readonly Message[] {
  if (context.toolNotes === null) return context.messages;
  return appendMaterial(context.messages, context.plan.seed, {
    intro: "The conversation above comes with tools, which are described here.",
    material: toToolMaterial(context.toolNotes),
    task: `Now answer the user's last message.\n${TOOL_TASK}`,
  });
}
