import type { Behaviour } from "../behaviour/behaviour.ts";
import { type Chance, drawId } from "../chance.ts";
import type { Ask, AskedTool } from "../wires/ask.ts";
import type { AnsweredToolCall } from "./answer.ts";
import { makeInstance } from "./schema-instance.ts";
import { toPieces } from "./tokens.ts";

/** The tools to call, in order; empty for an answer in text. */
function chooseTools({ tools, toolMode, parallelTools, endsWithToolResult }: Ask, { toolCalls }: Behaviour): AskedTool[] {
  if (toolMode.kind === "none" || tools.length === 0) return [];
  const isForced = toolMode.kind === "any" || toolMode.kind === "named";
  if (!isForced && (toolCalls === 0 || endsWithToolResult)) return [];
  const callable = toolMode.kind === "named" ? tools.filter((tool) => tool.name === toolMode.name) : tools;
  const count = parallelTools ? Math.max(1, toolCalls) : 1;
  return Array.from({ length: count }, (_, index) => callable[index % callable.length]).filter((tool) => tool !== undefined);
}

export interface ToolCallContext {
  chance: Chance;
  /** Text for the strings in arguments. */
  text: string;
  idPrefix: string;
  /** Distinguishes ids of runs that ask the same. */
  run: string | null;
}

/** The tool calls of a choice. */
export function makeToolCalls(ask: Ask, behaviour: Behaviour, choice: number, context: ToolCallContext): AnsweredToolCall[] {
  return chooseTools(ask, behaviour).map((tool, index) => {
    const random = context.chance.random(`tool ${choice} ${index}`);
    const input = makeInstance(tool.schema ?? { type: "object" }, { root: tool.schema, random, text: context.text });
    const json = JSON.stringify(input ?? {});
    const text = behaviour.hasBrokenArguments ? `${json.slice(0, -1)}, "broken` : json;
    return {
      id: context.idPrefix + drawId(context.chance.random(`tool id ${choice} ${index} ${context.run}`)),
      name: tool.name,
      pieces: toPieces(text),
    };
  });
}
