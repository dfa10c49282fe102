import type { ModelDelta, ModelResult, ResultChoice, ToolCallDelta } from "@composite-llm/contracts";

/** The data of a `delta` event but for its step and stream attempt, which the queue adds. */
export interface BatchData {
  choice?: number;
  text?: string;
  reasoning?: string;
  refusal?: string;
  tool_calls?: ToolCallDelta[];
  logprobs?: unknown;
}

function joinToolCalls(pieces: ToolCallDelta[], more: readonly ToolCallDelta[]): void {
  for (const piece of more) {
    const last = pieces.at(-1);
    if (last !== undefined && last.index === piece.index && piece.id === undefined) {
      last.arguments = `${last.arguments ?? ""}${piece.arguments ?? ""}`;
      if (piece.vendor !== undefined) last.vendor = { ...last.vendor, ...piece.vendor };
    } else {
      pieces.push({ ...piece });
    }
  }
}

/** Tokens that wait to be sent, joined as far as they belong together. */
export interface TokenBatch {
  add(delta: ModelDelta): void;
  /** Characters that wait. */
  readonly size: number;
  /** Gives what waits and starts anew. */
  take(): BatchData[];
}

export function createTokenBatch(): TokenBatch {
  let batches: BatchData[] = [];
  let size = 0;
  return {
    add: (delta) => {
      size += (delta.text?.length ?? 0) + (delta.reasoning?.length ?? 0) + (delta.refusal?.length ?? 0);
      for (const piece of delta.toolCalls ?? []) size += piece.arguments?.length ?? 1;
      let batch = batches.at(-1);
      // Log probabilities belong to their own tokens, so such a piece stays alone.
      if (batch === undefined || (batch.choice ?? 0) !== delta.choice || delta.logprobs !== undefined || batch.logprobs !== undefined) {
        batch = delta.choice === 0 ? {} : { choice: delta.choice };
        batches.push(batch);
      }
      if (delta.text !== undefined) batch.text = `${batch.text ?? ""}${delta.text}`;
      if (delta.reasoning !== undefined) batch.reasoning = `${batch.reasoning ?? ""}${delta.reasoning}`;
      if (delta.refusal !== undefined) batch.refusal = `${batch.refusal ?? ""}${delta.refusal}`;
      if (delta.logprobs !== undefined) batch.logprobs = delta.logprobs;
      if (delta.toolCalls !== undefined) {
        batch.tool_calls ??= [];
        joinToolCalls(batch.tool_calls, delta.toolCalls);
      }
    },
    get size() {
      return size;
    },
    take: () => {
      const taken = batches;
      batches = [];
      size = 0;
      return taken;
    },
  };
}

/** A whole answer as what would have been streamed of it: nothing of a choice that says nothing. */
export function toBatches(result: ModelResult): BatchData[] {
  return result.choices.map(toBatch).filter((batch) => Object.keys(batch).some((name) => name !== "choice"));
}

function toBatch({ index, message, logprobs }: ResultChoice): BatchData {
  return {
    ...(index === 0 ? {} : { choice: index }),
    ...(message.content === null || message.content === "" ? {} : { text: message.content }),
    ...(message.reasoning_content === undefined ? {} : { reasoning: message.reasoning_content }),
    ...(message.refusal === undefined || message.refusal === null ? {} : { refusal: message.refusal }),
    ...(message.tool_calls === undefined
      ? {}
      : {
          tool_calls: message.tool_calls.map(({ id, type: _type, function: called, ...vendor }, position) => ({
            index: position,
            id,
            name: called.name,
            arguments: called.arguments,
            ...(Object.keys(vendor).length === 0 ? {} : { vendor }),
          })),
        }),
    ...(logprobs === undefined || logprobs === null ? {} : { logprobs }),
  };
}
