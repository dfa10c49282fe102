import { type CallReport, type CallStatus, CALL_STATUSES, parseCallReport } from "@composite-llm/contracts";
import type { JsonObject } from "@composite-llm/core";

/** What became of a cell. A lost one has a report only where its process gave it up between two tries. */
export interface Settled {
  step: string;
  dispatch: number;
  status: CallStatus;
  report: CallReport | null;
  /** Whether the process that had a lost one gave it up: it was not lost with its job. */
  isGivenUp?: boolean;
}

function isCallStatus(text: unknown): text is CallStatus {
  return CALL_STATUSES.some((status) => status === text);
}

/** Reads a `settled` message of the commit script; null when it is of another kind. */
export function parseSettled(message: JsonObject): (Settled & { run: string }) | null {
  const { kind, run, step, dispatch, status } = message;
  if (kind !== "settled" || typeof run !== "string" || typeof step !== "string" || typeof dispatch !== "number" || !isCallStatus(status))
    return null;
  const report = message["report"] === null ? null : parseCallReport(message["report"]);
  return { run, step, dispatch, status, report, isGivenUp: message["given_up"] === true };
}
