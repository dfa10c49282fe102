import type { IncomingHttpHeaders } from "node:http";

/** What the model-caller tells a mock about a request, so that the ledger can judge it. */
export interface JudgeHeaders {
  run: string | null;
  step: string | null;
  /** A number where it looks like one. */
  cell: string | number | null;
  try: string | number | null;
}

function toText(header: string | string[] | undefined): string | null {
  return typeof header === "string" ? header : null;
}

function toNumberOrText(header: string | string[] | undefined): string | number | null {
  const text = toText(header);
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : text;
}

export function parseJudgeHeaders(headers: IncomingHttpHeaders): JudgeHeaders {
  return {
    run: toText(headers["x-composite-run"]),
    step: toText(headers["x-composite-step"]),
    cell: toNumberOrText(headers["x-composite-cell"]),
    try: toNumberOrText(headers["x-composite-try"]),
  };
}

/** The stage of a step: `review` of `propose.0.1/review.0.2~1`. */
export function stageOf(step: string): string {
  return step.slice(step.lastIndexOf("/") + 1).split(/[.~]/, 1)[0] ?? "";
}
