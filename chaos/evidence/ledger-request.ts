/** A request as the provider saw it. */
export interface LedgerRequest {
  id: number;
  run: string | null;
  step: string | null;
  /** Number of the dispatch. */
  cell: number | null;
  try: number | null;
  wire: string;
  model: string | null;
  startedMs: number;
  /** Null while it is under way, like the outcome. */
  endedMs: number | null;
  outcome: "completed" | "aborted" | "error" | null;
  bytesSent: number;
}

interface LedgerLine extends Omit<LedgerRequest, "endedMs" | "outcome" | "bytesSent"> {
  event: "started" | "ended";
  endedMs?: number;
  outcome?: "completed" | "aborted" | "error";
  bytesSent?: number;
}

/** Joins the two lines of each request. */
export function parseLedger(text: string): LedgerRequest[] {
  const requests = new Map<number, LedgerRequest>();
  for (const line of text.split("\n").filter((one) => one !== "")) {
    const { event: _, endedMs = null, outcome = null, bytesSent = 0, ...request } = JSON.parse(line) as LedgerLine;
    requests.set(request.id, { ...request, endedMs, outcome, bytesSent });
  }
  return [...requests.values()];
}

/** The step that a request belongs to, a hedge among them. */
export function stepOf(step: string | null): string {
  return (step ?? "").replace(/~.*$/, "");
}

/** All requests of each step, in the order of their start. */
export function byStep(ledger: readonly LedgerRequest[]): Map<string, LedgerRequest[]> {
  const steps = new Map<string, LedgerRequest[]>();
  for (const request of ledger.toSorted((left, right) => left.startedMs - right.startedMs)) {
    const key = `${request.run} ${stepOf(request.step)}`;
    const known = steps.get(key) ?? [];
    known.push(request);
    steps.set(key, known);
  }
  return steps;
}
