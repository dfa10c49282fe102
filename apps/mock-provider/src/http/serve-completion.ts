import type { IncomingMessage, ServerResponse } from "node:http";
import { createTally, performScript, type Tally } from "../delivery/perform-script.ts";
import { parseJudgeHeaders } from "../judge-headers.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { LedgerEnd } from "../ledger/ledger-record.ts";
import { toKeyTag } from "../wires/key-tag.ts";
import type { Wire } from "../wires/wire.ts";
import { parseIncoming } from "./parse-incoming.ts";
import { type Plan, planCompletion, type PlanDeps, planProblem } from "./plan-completion.ts";
import { readBody } from "./read-body.ts";

export interface CompletionDeps extends PlanDeps {
  ledger: Ledger;
}

/** What became of a request, once its response is closed. */
function toEnd(plan: Plan | null, tally: Tally, isFinished: boolean, endedMs: number): LedgerEnd {
  const told = plan?.usage ?? null;
  const outcome = tally.isSpoilt ? "error" : isFinished ? "completed" : "aborted";
  return {
    endedMs,
    finishedMs: outcome === "aborted" ? null : endedMs,
    status: tally.status,
    outcome,
    bytesSent: tally.bytesSent,
    usage: outcome === "completed" && told !== null ? { input: told.input, output: told.output } : null,
    billed: { input: plan?.inputTokens ?? 0, output: tally.outputTokens },
    counted: plan?.limits.counted ?? null,
    refusedBy: plan?.limits.refusedBy ?? null,
  };
}

/** Answers one completion request and writes down what became of it. */
export async function serveCompletion(deps: CompletionDeps, wire: Wire, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const startedMs = deps.clock.now();
  const reading = await readBody(request);
  if (reading === null) return;
  const judge = parseJudgeHeaders(request.headers);
  const incoming = parseIncoming(wire, request.headers, reading);
  const start =
    "problem" in incoming
      ? { model: null, stream: false } //
      : { model: incoming.model, stream: incoming.body["stream"] === true };
  const key = wire.readKey(request.headers);
  const entry = deps.ledger.start({ ...judge, wire: wire.name, key: key === null ? null : toKeyTag(key), ...start, startedMs });
  const subject = { wire, judge, id: entry.id };
  const tally = createTally();
  const closed = new Promise<void>((resolve) => response.on("close", resolve));
  let plan: Plan | null = null;
  try {
    plan = "problem" in incoming ? planProblem(deps, subject, incoming.problem) : planCompletion(deps, subject, incoming);
    await performScript(plan.script, response, tally, deps.clock);
  } catch (error) {
    tally.isSpoilt = true;
    response.destroy();
    throw error;
  } finally {
    // Only now: what came into being before the caller left is counted when the script is over.
    await closed;
    plan?.pass?.end(tally.outputTokens);
    entry.end(toEnd(plan, tally, response.writableFinished, deps.clock.now()));
  }
}
