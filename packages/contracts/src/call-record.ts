import type { FailureClass } from "@composite-llm/core";
import type { CallStatus, CostSource } from "./call.ts";
import type { Usage } from "./usage.ts";

/**
 * A line of the stream of call records: `started` before a request leaves, `finished` when its cell is closed. The pair is
 * joined by run, step, dispatch, fence and try.
 */
export interface CallRecord {
  v: 1;
  kind: "started" | "finished";
  run: string;
  step: string;
  dispatch: number;
  /** How often the call's job had been taken up when this was written. */
  fence: number;
  try: number;
  provider: string;
  model: string;
  /** Redis time in ms since 1970. */
  atMs: number;
  status?: CallStatus;
  class?: FailureClass | null;
  usage?: Usage;
  costNanoUsd?: number | null;
  costSource?: CostSource;
}
