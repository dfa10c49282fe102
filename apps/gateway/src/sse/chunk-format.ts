import type { CompositeExtension, FinishReason, RunEvent, WireUsage } from "@composite-llm/contracts";
import type { ApiErrorBody, JsonObject } from "@composite-llm/core";

/** Ends a stream that told everything. */
export const DONE = "data: [DONE]\n\n";

/** A comment line: one newline, so that no parser takes it for an empty event. */
export const PING = ": ping\n";

export interface ChunkIdentity {
  id: string;
  /** Seconds since 1970. */
  created: number;
  model: string;
  /** Whether the client asked for usage: then every chunk but the last carries `usage: null`. */
  includeUsage: boolean;
}

/** Writes the chunks of one stream as text. */
export interface ChunkFormat {
  delta(choice: number, delta: JsonObject, logprobs?: unknown): string;
  finish(choice: number, reason: FinishReason, composite: CompositeExtension | null): string;
  usage(usage: WireUsage): string;
  event(event: RunEvent): string;
  error(error: ApiErrorBody): string;
}

/** What is the same on every chunk is written out once per stream. */
export function createChunkFormat({ id, created, model, includeUsage }: ChunkIdentity): ChunkFormat {
  const identity = JSON.stringify({ id, object: "chat.completion.chunk", created, model }).slice(0, -1);
  const head = `data: ${identity},"choices":[`;
  const tail = includeUsage ? ',"usage":null}\n\n' : "}\n\n";
  return {
    delta: (choice, delta, logprobs) =>
      `${head}{"index":${choice},"delta":${JSON.stringify(delta)},"logprobs":${logprobs === undefined ? "null" : JSON.stringify(logprobs)},"finish_reason":null}]${tail}`,
    finish: (choice, reason, composite) =>
      `${head}{"index":${choice},"delta":{},"logprobs":null,"finish_reason":"${reason}"}]${composite === null ? "" : `,"composite":${JSON.stringify(composite)}`}${tail}`,
    usage: (usage) => `${head}],"usage":${JSON.stringify(usage)}}\n\n`,
    event: (event) => `${head}],"composite_event":${JSON.stringify(event)}${tail}`,
    error: (error) => `${head}],"error":${JSON.stringify(error)}${tail}`,
  };
}
