import type { AssistantMessage, ModelDelta, ToolCall } from "@composite-llm/contracts";

/** Folds the pieces of one choice into its message, by the rule that every reader of the pieces follows. */
export class MessageBuilder {
  text = "";
  #reasoning = "";
  #refusal = "";
  readonly #calls: ToolCall[] = [];
  #logprobs: Record<string, unknown> | null = null;

  add({ text, reasoning, refusal, toolCalls, logprobs }: ModelDelta): void {
    if (text !== undefined) this.text += text;
    if (reasoning !== undefined) this.#reasoning += reasoning;
    if (refusal !== undefined) this.#refusal += refusal;
    for (const piece of toolCalls ?? []) {
      const call = (this.#calls[piece.index] ??= { id: "", type: "function", function: { name: "", arguments: "" } });
      if (piece.id !== undefined) call.id = piece.id;
      if (piece.name !== undefined) call.function.name = piece.name;
      if (piece.arguments !== undefined) call.function.arguments += piece.arguments;
      if (piece.vendor !== undefined) Object.assign(call, piece.vendor);
    }
    if (typeof logprobs === "object" && logprobs !== null) this.#addLogprobs(logprobs as Record<string, unknown>);
  }

  get logprobs(): unknown {
    return this.#logprobs;
  }

  build(): AssistantMessage {
    const message: AssistantMessage = { role: "assistant", content: this.text === "" ? null : this.text };
    if (this.#refusal !== "") message.refusal = this.#refusal;
    if (this.#reasoning !== "") message.reasoning_content = this.#reasoning;
    if (this.#calls.length > 0) message.tool_calls = this.#calls;
    return message;
  }

  /** Lists of token records (`content`, `refusal`) go on from piece to piece. */
  #addLogprobs(logprobs: Record<string, unknown>): void {
    const sum = (this.#logprobs ??= {});
    for (const [name, value] of Object.entries(logprobs)) {
      const before = sum[name];
      if (!Array.isArray(value)) sum[name] ??= value;
      else if (Array.isArray(before)) before.push(...(value as unknown[]));
      else sum[name] = [...(value as unknown[])];
    }
  }
}
