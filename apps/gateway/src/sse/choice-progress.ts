import type { ResultChoice, ToolCall, ToolCallDelta } from "@composite-llm/contracts";
import type { JsonObject } from "@composite-llm/core";

/** A piece of one choice, as the `delta` event brings it. */
export interface ChoicePiece {
  text?: string;
  reasoning?: string;
  refusal?: string;
  tool_calls?: ToolCallDelta[];
}

/**
 * What a client already has of one choice. It keeps lengths, never text: a stream costs the same memory whatever it says.
 */
export class ChoiceProgress {
  #begun = false;
  #textLength = 0;
  #refusalLength = 0;
  #reasoningSent = false;
  /** By the provider's index: our contiguous one, and how much of the arguments was sent. */
  readonly #calls = new Map<number, { index: number; argumentsLength: number }>();

  get hasBegun(): boolean {
    return this.#begun;
  }

  /** The wire's delta for a piece; null when there is nothing in it to send. */
  advance(piece: ChoicePiece): JsonObject | null {
    const delta: JsonObject = {};
    if (piece.reasoning) delta["reasoning_content"] = piece.reasoning;
    if (piece.text) delta["content"] = piece.text;
    if (piece.refusal) delta["refusal"] = piece.refusal;
    const calls = (piece.tool_calls ?? []).map((call) => this.#advanceCall(call)).filter((call) => call !== null);
    if (calls.length > 0) delta["tool_calls"] = calls;
    if (Object.keys(delta).length === 0) return null;
    this.#textLength += piece.text?.length ?? 0;
    this.#refusalLength += piece.refusal?.length ?? 0;
    this.#reasoningSent ||= Boolean(piece.reasoning);
    return this.#opened(delta);
  }

  /** The delta that is still missing of the whole choice; null when the client has all of it. */
  complete({ message }: ResultChoice): JsonObject | null {
    const rest = this.advance({
      text: (message.content ?? "").slice(this.#textLength),
      refusal: (message.refusal ?? "").slice(this.#refusalLength),
      // A summary of the panel is not streamed, only the model's own reasoning is: it comes whole or not at all.
      ...(this.#reasoningSent || message.reasoning_content === undefined ? {} : { reasoning: message.reasoning_content }),
      tool_calls: this.#missingCalls(message.tool_calls ?? []),
    });
    return rest ?? (this.#begun ? null : this.#opened({ content: "" }));
  }

  #missingCalls(calls: readonly ToolCall[]): ToolCallDelta[] {
    const sent = [...this.#calls];
    return calls.map((call, position) => {
      const [index, known] = sent[position] ?? [];
      if (index === undefined || known === undefined) {
        const { id, type: _, function: called, ...vendor } = call;
        return { index: this.#freeIndex(position), id, name: called.name, arguments: called.arguments, vendor };
      }
      return { index, arguments: call.function.arguments.slice(known.argumentsLength) };
    });
  }

  /** A key that no provider's index has taken. */
  #freeIndex(position: number): number {
    return Math.max(-1, ...this.#calls.keys()) + 1 + position;
  }

  #opened(delta: JsonObject): JsonObject {
    if (this.#begun) return delta;
    this.#begun = true;
    return { role: "assistant", ...delta };
  }

  #advanceCall({ index, id, name, arguments: piece = "", vendor = {} }: ToolCallDelta): JsonObject | null {
    const known = this.#calls.get(index);
    if (known === undefined) {
      const call = { index: this.#calls.size, argumentsLength: piece.length };
      this.#calls.set(index, call);
      return {
        ...vendor,
        index: call.index,
        ...(id ? { id } : {}),
        type: "function",
        function: { ...(name ? { name } : {}), arguments: piece },
      };
    }
    if (piece === "" && Object.keys(vendor).length === 0) return null;
    known.argumentsLength += piece.length;
    return { ...vendor, index: known.index, function: { arguments: piece } };
  }
}
