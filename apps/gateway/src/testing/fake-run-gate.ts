import { ApiError, createRunId, type RunId } from "@composite-llm/core";
import { GOES_ON, type QuarantineEntry, type RunGate } from "@composite-llm/queue";
import { createFakeRun, type FakeRun } from "./fake-run.ts";

export interface FakeRunGate extends RunGate {
  /** Those that were accepted, in order; a request that joined one is none. */
  readonly submitted: FakeRun[];
  readonly cancelled: RunId[];
  /** Called with each run as soon as it is accepted. */
  onSubmit: (run: FakeRun) => void;
  isDown: boolean;
  /** What is in quarantine. */
  quarantined: QuarantineEntry[];
}

/** A RunGate without queues: what comes out of a run is what the test emits. */
export function createFakeRunGate(): FakeRunGate {
  const submitted: FakeRun[] = [];
  const cancelled: RunId[] = [];
  const erased = new Set<RunId>();
  const find = (id: RunId): FakeRun | undefined => submitted.find(({ run }) => run === id && !erased.has(id));
  const checkUp = (): void => {
    if (gate.isDown) throw new ApiError("queue_unavailable", "The queue does not answer.", { retryAfterMs: 2000 });
  };

  const gate: FakeRunGate = {
    submitted,
    cancelled,
    isDown: false,
    quarantined: [],
    onSubmit: () => undefined,
    submit: async (plan, submission) => {
      checkUp();
      const { idempotencyKey, follow } = submission;
      const known =
        idempotencyKey === null
          ? undefined
          : submitted.find((one) => one.submission.idempotencyKey === idempotencyKey && one.plan.caller === plan.caller);
      if (known !== undefined && !["failed", "cancelled"].includes(known.stored().state)) {
        if (known.submission.fingerprint !== submission.fingerprint) throw new ApiError("idempotency_conflict", "Another body.");
        if (submission.graceMs === GOES_ON) known.keep();
        return { run: known.run, isJoined: true, following: follow === null ? null : known.follow(follow) };
      }
      if (submission.refusal !== undefined) throw submission.refusal;
      const fake = createFakeRun(createRunId(plan.createdAtMs), structuredClone(plan), submission);
      submitted.push(fake);
      const following = follow === null ? null : fake.follow(follow);
      queueMicrotask(() => gate.onSubmit(fake));
      return { run: fake.run, isJoined: false, following };
    },
    follow: (run, options) => {
      const fake = find(run);
      if (fake === undefined) throw new Error("the test follows a run that is not there");
      return fake.follow(options);
    },
    cancel: async (run) => {
      checkUp();
      cancelled.push(run);
      find(run)?.cancel();
    },
    delivered: async (run) => {
      const fake = find(run);
      if (fake !== undefined) fake.isDelivered = true;
    },
    read: async (run) => {
      checkUp();
      return find(run)?.stored() ?? null;
    },
    journal: async () => ({
      entered: new Map(),
      released: new Map(),
      settled: [],
      open: [],
      parkedAtMs: null,
      unreported: 0,
      quarantined: [],
    }),
    list: async (caller, { before, limit, state }) => {
      checkUp();
      const all = submitted
        .filter((one) => one.plan.caller === caller && !erased.has(one.run) && (before === null || one.run < before))
        .map((one) => one.stored())
        .filter((one) => state === null || one.state === state)
        .toSorted((left, right) => (left.run < right.run ? 1 : -1));
      const runs = all.slice(0, limit);
      return { runs, next: all.length > limit ? (runs.at(-1)?.run ?? null) : null };
    },
    erase: async (run) => {
      if (find(run)?.stored().endedAtMs === null) return false;
      erased.add(run);
      return true;
    },
    quarantine: async () => {
      checkUp();
      return gate.quarantined;
    },
    pardon: async (id) => {
      const index = gate.quarantined.findIndex((entry) => entry.id === id);
      gate.quarantined.splice(index, index === -1 ? 0 : 1);
      return index !== -1;
    },
    isReady: async () => !gate.isDown,
    close: async () => undefined,
  };
  return gate;
}
