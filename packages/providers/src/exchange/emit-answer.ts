import type { ModelDelta, ToolCallDelta } from "@composite-llm/contracts";
import type { Answer } from "./answer.ts";

/** Hands on an answer that came in one piece although a stream was asked for, as some servers do. */
export function emitAnswer(answer: Answer, onDelta: (delta: ModelDelta) => void): void {
  for (const { index, message, logprobs } of answer.choices) {
    const delta: ModelDelta = { choice: index };
    if (typeof message.content === "string" && message.content !== "") delta.text = message.content;
    if (typeof message.refusal === "string" && message.refusal !== "") delta.refusal = message.refusal;
    if (message.reasoning_content !== undefined) delta.reasoning = message.reasoning_content;
    const calls = (message.tool_calls ?? []).map(({ id, type: _type, function: called, ...vendor }, position): ToolCallDelta => {
      const call = { index: position, id, name: called.name, arguments: called.arguments };
      return Object.keys(vendor).length === 0 ? call : { ...call, vendor };
    });
    if (calls.length > 0) delta.toolCalls = calls;
    if (logprobs !== undefined && logprobs !== null) delta.logprobs = logprobs;
    if (Object.keys(delta).length > 1) onDelta(delta);
  }
}
