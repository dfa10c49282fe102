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
  /** HTTP status of the answer; null while none was sent. */
  status: number | null;
  /** What of its own limits, or an outage, turned it away. */
  refusedBy: string | null;
  /** What was really used, whatever the caller was told. */
  billed: { input: number; output: number };
}

type KnownAtEnd = "endedMs" | "outcome" | "bytesSent" | "status" | "refusedBy" | "billed";
type LedgerLine = Omit<LedgerRequest, KnownAtEnd> & { event: "started" | "ended" } & Partial<Pick<LedgerRequest, KnownAtEnd>>;

const UNDER_WAY: Pick<LedgerRequest, KnownAtEnd> = {
  endedMs: null,
  outcome: null,
  bytesSent: 0,
  status: null,
  refusedBy: null,
  billed: { input: 0, output: 0 },
};

/** Joins the two lines of each request. */
export function parseLedger(text: string): LedgerRequest[] {
  const requests = new Map<number, LedgerRequest>();
  for (const line of text.split("\n").filter((one) => one !== "")) {
    const { event: _, ...request } = JSON.parse(line) as LedgerLine;
    requests.set(request.id, { ...UNDER_WAY, ...request });
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
