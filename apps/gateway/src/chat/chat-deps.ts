import type { Clock } from "@composite-llm/core";
import type { RunGate } from "@composite-llm/queue";
import type { HangUpPolicy } from "../runs/hang-up.ts";
import type { ChatStream } from "../sse/chat-stream.ts";
import type { StreamTiming } from "../sse/sse-connection.ts";

/** What it takes to answer a chat completion. */
export interface ChatDeps {
  gate: RunGate;
  clock: Clock;
  hangUps: HangUpPolicy;
  timing: StreamTiming;
  /** Streams that are not over: what a shutdown waits for. */
  openStreams: Set<ChatStream>;
}
