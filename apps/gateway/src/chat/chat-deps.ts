import type { Clock } from "@composite-llm/core";
import type { RunGate } from "@composite-llm/queue";
import type { Logger } from "@composite-llm/runtime";
import type { HangUpPolicy } from "../runs/hang-up.ts";
import type { OpenAnswers } from "../runs/open-answers.ts";
import type { StreamTiming } from "../sse/sse-connection.ts";

/** What it takes to answer a chat completion. */
export interface ChatDeps {
  gate: RunGate;
  clock: Clock;
  hangUps: HangUpPolicy;
  timing: StreamTiming;
  openAnswers: OpenAnswers;
  logger: Logger;
}
