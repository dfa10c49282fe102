import { pause } from "../until.ts";
import { clientFetch } from "./client-fetch.ts";
import type { ClientRecord, ClientTry } from "./client-record.ts";

/** A request as a client means it. */
export interface Ask {
  gatewayUrl: string;
  /** Model and options of ours. */
  fields: { model: string; [field: string]: unknown };
  /** With one, the client repeats a request that broke off or met a 5xx, as the official clients do. */
  idempotencyKey: string | null;
  /** The client hangs up with it, on purpose. */
  signal?: AbortSignal;
  /** Tries at most: one without a key, and very many with one, unless given. */
  maxTries?: number;
  /** Whether a 503 ends it too. */
  isRefusalFinal?: boolean;
}

const MESSAGES = [
  { role: "system", content: "Answer briefly." },
  { role: "user", content: "Why is the sky blue?" },
];

/** Longest wait between two tries: the outages of the suite are longer than the official clients' patience. */
const LONGEST_PAUSE_MS = 1_000;

/** Tries of a patient client: two minutes of them. */
export const PATIENCE = 120;

/** A client whose runs keep failing is no longer repeating one request. */
const MOST_RUNS = 2;

export function toRecord(kind: ClientRecord["kind"], { fields, idempotencyKey }: Ask): ClientRecord {
  return { kind, model: fields.model, idempotencyKey, runs: [], tries: [], text: null, events: [], hasLeft: false };
}

/** The body of the request, as all clients send it. */
export function bodyOf({ fields }: Ask, more: object = {}): string {
  return JSON.stringify({ messages: MESSAGES, ...fields, ...more });
}

export function headersOf({ idempotencyKey }: Ask): Record<string, string> {
  return { "content-type": "application/json", ...(idempotencyKey === null ? {} : { "idempotency-key": idempotencyKey }) };
}

export function errorCode(body: { error?: { code: string | null } }): string {
  return body.error?.code ?? "no code";
}

export function noteRun(record: ClientRecord, run: string | null): void {
  if (run !== null && !record.runs.includes(run)) record.runs.push(run);
}

/** Sends a chat completion and notes status and run. */
export async function sendChat(ask: Ask, record: ClientRecord, now: ClientTry, more: object): Promise<Response> {
  const answer = await clientFetch(`${ask.gatewayUrl}/v1/chat/completions`, {
    method: "POST",
    headers: headersOf(ask),
    body: bodyOf(ask, more),
    ...(ask.signal === undefined ? {} : { signal: ask.signal }),
  });
  now.status = answer.status;
  noteRun(record, answer.headers.get("x-composite-run-id"));
  return answer;
}

function breakOf(error: unknown): string {
  const { cause } = error as { cause?: { code?: string } };
  return cause?.code ?? (error as Error).name;
}

/** Repeats a request until its answer came whole, was refused for good, or the client gave up. Every try is noted. */
export async function tryUntilWhole(record: ClientRecord, ask: Ask, send: (now: ClientTry) => Promise<void>): Promise<void> {
  const maxTries = ask.maxTries ?? (ask.idempotencyKey === null ? 1 : PATIENCE);
  for (let count = 1; count <= maxTries; count += 1) {
    const now: ClientTry = { atMs: Date.now(), tookMs: 0, status: null, text: "", isWhole: false, error: null };
    record.tries.push(now);
    try {
      await send(now);
    } catch (error) {
      now.error = breakOf(error);
    }
    now.tookMs = Date.now() - now.atMs;
    if (ask.signal?.aborted === true) {
      record.hasLeft = true;
      return;
    }
    const isRefused = now.error !== null && now.status !== null && now.status >= 400 && now.status < 500;
    // A 502 or 504 is the end of its run: with the same key another one would begin.
    const isOver = now.status === 502 || now.status === 504 || (now.status === 503 && ask.isRefusalFinal === true);
    if (now.isWhole || isRefused || isOver || record.runs.length > MOST_RUNS) return;
    await pause(Math.min(LONGEST_PAUSE_MS, 100 * count));
  }
}
