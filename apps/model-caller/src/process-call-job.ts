import { type CallJob, parseCallJob } from "@composite-llm/contracts";
import { type CellClaim, claimOf, GIVE_UP_AFTER, QUARANTINE_AFTER, type TakenJob } from "@composite-llm/queue";
import { doApart, type Isolation } from "@composite-llm/runtime";
import type { CallDeps } from "./call-deps.ts";
import type { CallsInHand } from "./calls-in-hand.ts";
import { giveUpCall } from "./give-up-call.ts";
import { makeCalls } from "./make-calls.ts";
import type { CallOrder } from "./perform-calls.ts";

export interface CallJobDeps extends CallDeps {
  /** Where calls are made that kept killing their workers. */
  isolation: Isolation;
  inHand: CallsInHand;
}

/**
 * Makes all calls of a job at once. When this process ends, the calls that were sent are waited for and the others left to other processes. A call
 * that killed its workers is made in a process of its own, and at last given up. Rejects otherwise only when Redis fails: the job is then taken up again.
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
    if ((await makeCalls(claims, deps)) === "handed_back") throw await taken.handBack();
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

async function makeApart(taken: TakenJob, claims: CellClaim[], counted: { deaths: number; reason: string }, deps: CallJobDeps) {
  const { desk, closing, isolation } = deps;
  const first = claims[0] as CellClaim;
  // The process has no limits to keep by itself: this one asks for it.
  const lease = await deps.admission.admit(first.job.provider, closing).catch(() => null);
  if (lease === null) throw await taken.handBack();
  try {
    const order: CallOrder = { data: taken.data, fence: taken.fence, steps: claims.map(({ step }) => step.step) };
    const died = async (how: string): Promise<void> => void (await desk.suffer(first, taken, how));
    const logger = deps.logger.child({ run: first.run, steps: order.steps, ...counted });
    await doApart({ ...taken, message: order, died }, { isolation, closing, logger });
  } finally {
    lease.release();
  }
}
