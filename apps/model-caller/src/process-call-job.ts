import { type CallJob, parseCallJob } from "@composite-llm/contracts";
import { type CellClaim, claimOf, GIVE_UP_AFTER, QUARANTINE_AFTER, type TakenJob } from "@composite-llm/queue";
import { doApart, type Isolation } from "@composite-llm/runtime";
import type { CallDeps } from "./call-deps.ts";
import type { CallsInHand } from "./calls-in-hand.ts";
import type { DeferredCalls } from "./deferred-calls.ts";
import { giveUpCall } from "./give-up-call.ts";
import type { CallOutcome } from "./make-call.ts";
import { makeCalls } from "./make-calls.ts";
import type { CallOrder } from "./perform-calls.ts";

export interface CallJobDeps extends CallDeps {
  /** Where calls are made that kept killing their workers. */
  isolation: Isolation;
  inHand: CallsInHand;
  deferred: DeferredCalls;
}

/** From the time when a call that waits in nobody's hand is taken up again at the latest to its end: it then says why it was not made. */
const LAST_LOOK_MS = 1000;

/**
 * Makes all calls of a job at once. When this process ends, the calls that were sent are waited for and the others left to other processes. A call that
 * its provider has no room for waits as a job that is put aside, until the limits have it promoted. A call that killed its workers is made in a process
 * of its own, and at last given up. Rejects otherwise only when Redis fails: the job is then taken up again.
 */
export async function processCallJob(taken: TakenJob, deps: CallJobDeps): Promise<void> {
  const job = parseCallJob(taken.data);
  const leave = deps.inHand.take(job.deadlineMs);
  try {
    await processCalls(taken, job, deps);
  } finally {
    leave();
  }
}

async function processCalls(taken: TakenJob, job: CallJob, deps: CallJobDeps): Promise<void> {
  const all = job.steps.map((step) => claimOf(job, step, taken.fence));
  const claims = taken.stalls === 0 ? all : await withoutCompany(all, deps);
  const [first] = claims;
  if (first === undefined) return;
  const counted = taken.stalls === 0 ? { deaths: 0, reason: "" } : await deps.desk.suffer(first, taken, null);
  if (counted === null) return;
  if (counted.deaths < QUARANTINE_AFTER) {
    await putBack(taken, claims, await makeCalls(claims, deps), deps);
  } else if (counted.deaths >= GIVE_UP_AFTER) {
    await Promise.all(claims.map((claim) => giveUpCall(claim, counted, deps)));
  } else {
    await makeApart(taken, claims, counted, deps);
  }
}

/** Of several calls one may have killed the worker that had them all: their run has each made by a job of its own, where it shows which. */
async function withoutCompany(claims: CellClaim[], { desk, logger }: CallJobDeps): Promise<CellClaim[]> {
  if (claims.length === 1) return claims;
  const left: CellClaim[] = [];
  for (const claim of claims) {
    const status = await desk.giveUp(claim);
    logger.info({ run: claim.run, step: claim.step.step, status }, "the worker of a job of several calls died");
    // Its stage goes on without it, and nobody else would make it.
    if (status === "kept") left.push(claim);
  }
  return left;
}

/** Throws what ends the processing of a job that is not done. */
async function putBack(taken: TakenJob, claims: readonly CellClaim[], outcome: CallOutcome, deps: CallJobDeps): Promise<void> {
  if (outcome === "handed_back") throw await taken.handBack();
  if (outcome === "done") return;
  for (const claim of claims) deps.deferred.add(claim);
  const leftMs = (claims[0]?.job.deadlineMs ?? 0) - deps.desk.clock.now();
  // What it is told then may be another: one that can go elsewhere looks again while there is time for it.
  const isFree = claims.some(({ step }) => step.hasFallback === true);
  throw await taken.postpone(Math.max(0, isFree ? leftMs / 2 : leftMs - LAST_LOOK_MS));
}

async function makeApart(taken: TakenJob, claims: CellClaim[], counted: { deaths: number; reason: string }, deps: CallJobDeps) {
  const { desk, closing, isolation } = deps;
  const first = claims[0] as CellClaim;
  // It asks the limits by itself, because what it is granted must be used at once, and it takes a second or two to start.
  const order: CallOrder = { data: taken.data, fence: taken.fence, steps: claims.map(({ step }) => step.step) };
  const died = async (how: string): Promise<void> => void (await desk.suffer(first, taken, how));
  const logger = deps.logger.child({ run: first.run, steps: order.steps, ...counted });
  const outcome = await doApart({ ...taken, message: order, died }, { isolation, closing, logger });
  if (outcome !== "deferred") return;
  // That process is gone: this one hears now when it is not wanted any more.
  await desk.wait(first);
  await putBack(taken, claims, outcome, deps);
}
