import type { Evidence, RecordLine, RunEvidence } from "../evidence/evidence.ts";
import type { LedgerRequest } from "../evidence/ledger-request.ts";
import type { ClientRecord } from "../load/client-record.ts";

const RUN = "0198f2aa-0000-7000-8000-000000000001";
const TEXT = "blue by scattering";

const ENDED = { outcome: "completed", bytesSent: 100, status: 200, refusedBy: null, billed: { input: 20, output: 4 } } as const;

export function sampleRequest(changes: Partial<LedgerRequest> = {}): LedgerRequest {
  const sent = { id: 1, run: RUN, step: "final", cell: 1001, try: 1, wire: "openai", model: "gpt-4o" };
  return { ...sent, startedMs: 1_000, endedMs: 2_000, ...ENDED, ...changes };
}

export function sampleRecord(kind: RecordLine["kind"], changes: Partial<RecordLine> = {}): RecordLine {
  const call = { v: 1, run: RUN, step: "final", dispatch: 1001, fence: 1, try: 1, provider: "openai", model: "gpt-4o" } as const;
  const end = kind === "started" ? {} : { status: "succeeded" as const };
  return { ...call, kind, ...end, atMs: kind === "started" ? 990 : 2_010, ...changes };
}

function sampleRun(): RunEvidence {
  const completion = { choices: [{ message: { content: TEXT } }] };
  const events: RunEvidence["events"] = [
    { number: 1, kind: "run", data: { status: "queued" } },
    { number: 2, kind: "delta", data: { step: "final", stream_attempt: 1, text: "blue by " } },
    { number: 3, kind: "delta", data: { step: "final", stream_attempt: 1, text: "scattering" } },
    { number: 4, kind: "run", data: { status: "succeeded" } },
    { number: 5, kind: "finished", data: { completion } },
  ];
  return { run: RUN, state: "succeeded", owner: 1, events };
}

function sampleClient(): ClientRecord {
  const whole = { atMs: 900, tookMs: 1_200, status: 200, text: TEXT, isWhole: true, error: null };
  return { kind: "stream", model: "gpt-4o", idempotencyKey: "key", runs: [RUN], tries: [whole], text: TEXT, events: [], hasLeft: false };
}

/** What is seen of one request that went well. */
export function sampleEvidence(changes: Partial<Evidence> = {}): Evidence {
  return {
    ledger: [sampleRequest()],
    records: [sampleRecord("started"), sampleRecord("finished")],
    runs: [sampleRun()],
    clients: [sampleClient()],
    disturbances: [],
    recoveries: [],
    measured: new Map(),
    openRuns: [],
    openJobs: [],
    locks: [],
    limitsHolds: [],
    keysBefore: ["p:calls"],
    keysLeft: [{ key: `p:run:${RUN}`, ttlMs: 5_000 }],
    keysAfter: ["p:calls"],
    longestTtlMs: 10_000,
    limits: { openai: { concurrent: 1, requestsPerMinute: 2, tokensPerMinute: null } },
    ...changes,
  };
}
