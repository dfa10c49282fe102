import { type Action, cellKey, type Outcome } from "../action.ts";
import type { Dice } from "../dice.ts";
import { isLive } from "../history.ts";
import { batchesOf, type Claim, type Model } from "../model.ts";
import { sampleStep, wonStep } from "../sample-steps.ts";
import { newestAttempt } from "../promises/stream-text.ts";
import { type Mover, pickLively } from "./move.ts";

const MAX_TRIES = 3;

/** A caller takes a job up; one that had it before is dead, frozen, or has lost its lock, and may come back. */
export const take: Mover = (model, dice) => {
  const job = pickLively(model, dice, dice.chance(70) ? model.jobs.filter(({ takings }) => takings === 0) : model.jobs);
  const process = dice.pick(model.callers);
  if (job === undefined || process === undefined) return null;
  const pieces = 2 + dice.number(3);
  return {
    blow: `take ${job.dispatch} of ${job.run}, taking ${job.takings + 1}, by ${process.inbox}`,
    strike: async () => undefined,
    apply: () => {
      job.takings += 1;
      const { run, dispatch, digest, takings: fence } = job;
      const fresh = { run, dispatch, digest, fence, process, pieces, tries: 0, isSending: false, isUnread: false, isUnwanted: false };
      for (const step of job.steps) model.claims.push({ ...fresh, step, cursor: { attempt: 0, batches: 0 } });
    },
  };
};

/** Often one of several that make the same step at once: that is where they can harm each other. */
function pickContested(model: Model, dice: Dice, claims: readonly Claim[]): Claim | undefined {
  const isRival = (one: Claim, other: Claim): boolean =>
    one !== other && one.run === other.run && wonStep(one.step) === wonStep(other.step);
  const contested = dice.chance(60) ? claims.filter((claim) => claims.some((other) => isRival(claim, other))) : [];
  return pickLively(model, dice, contested.length > 0 ? contested : claims);
}

function tryOf({ run, step, dispatch, fence, tries }: Claim) {
  return { run, step, dispatch, fence, try: tries };
}

/** The first request of a call, or the next after one that failed. One that is refused is left, without a commit. */
export const begin: Mover = (model, dice) => {
  const claim = pickContested(
    model,
    dice,
    model.claims.filter(({ tries, isUnwanted }) => tries < MAX_TRIES && !isUnwanted),
  );
  // A second try is rarer than a first.
  if (claim === undefined || (claim.isSending && !dice.chance(45))) return null;
  const number = claim.tries + 1;
  const { inbox } = claim.process;
  return {
    action: { kind: "begin", ...tryOf(claim), try: number, inbox, digest: claim.digest, endsPrevious: number > 1 },
    heard: ([outcome]) => {
      if (outcome !== "ok") return void model.claims.splice(model.claims.indexOf(claim), 1);
      return void Object.assign(claim, { tries: number, isSending: true, isUnread: false, cursor: { attempt: 0, batches: 0 } });
    },
  };
};

/** Whether another call is heard in place of this one, or holds its cell, which its caller does not know yet. */
function isOvertaken({ history, sight }: Model, claim: Claim): boolean {
  const { run, step, cursor, fence, tries } = claim;
  const newest = history.runs.get(run)?.granted.get(cellKey(claim));
  if (newest !== undefined && (newest.fence !== fence || newest.try !== tries)) return true;
  return cursor.attempt > 0 && cursor.attempt !== newestAttempt(sight.runs.get(run)?.events ?? [], step);
}

/** Often one that is too late in an open run, which it does not know: there it can do harm. */
function pickLate(model: Model, dice: Dice, claims: readonly Claim[], isLate: (claim: Claim) => boolean): Claim | undefined {
  const late = dice.chance(40) ? claims.filter((claim) => isLive(model.history.runs.get(claim.run)) && isLate(claim)) : [];
  return late.length > 0 ? dice.pick(late) : pickContested(model, dice, claims);
}

/** A call that is not sent yet is put aside, for its provider has no room: nobody has it in hand until its job is taken again. */
export const wait: Mover = (model, dice) => {
  const claim = pickLively(
    model,
    dice,
    model.claims.filter(({ tries }) => tries === 0),
  );
  if (claim === undefined) return null;
  const { run, step, dispatch, fence, process } = claim;
  return {
    action: { kind: "wait", run, step, dispatch, fence, inbox: process.inbox },
    heard: () => void model.claims.splice(model.claims.indexOf(claim), 1),
  };
};

/** A batch of tokens. An answer that is lost leaves the caller where it was: it sends the same batch again, or leaves it to the commit. */
export const append: Mover = (model, dice) => {
  const streaming = model.claims.filter((claim) => claim.isSending && !claim.isUnread && sampleStep(claim.step).isStreamed);
  const unfinished = streaming.filter(({ cursor, pieces }) => cursor.batches < pieces);
  const claim = pickLate(model, dice, unfinished, (streamed) => isOvertaken(model, streamed));
  if (claim === undefined) return null;
  const { attempt, batches: index } = claim.cursor;
  const isLost = dice.chance(20);
  return {
    action: { kind: "append", ...tryOf(claim), attempt, index, text: batchesOf(claim)[index] ?? "" },
    heard: ([outcome, drawn]) => {
      if (isLost) return;
      if (outcome === "ok") claim.cursor = { attempt: Number(drawn), batches: index + 1 };
      else [claim.isUnread, claim.isUnwanted] = [true, outcome !== "kept"];
    },
  };
};

/** The end of a call, with whatever was not streamed of its answer. */
export const commit: Mover = (model, dice) => {
  const sending = model.claims.filter(({ isSending }) => isSending);
  const isWon = ({ run, step }: Claim): boolean => model.history.runs.get(run)?.winners.has(wonStep(step)) === true;
  const claim = pickLate(model, dice, sending, (sent) => !sent.isUnwanted && (isWon(sent) || isOvertaken(model, sent)));
  if (claim === undefined) return null;
  const { publish, isStreamed } = sampleStep(claim.step);
  // The answer may have been whole before its caller heard that nobody wants it.
  const ends: readonly Outcome[] = claim.isUnwanted
    ? ["cancelled", "succeeded"]
    : ["succeeded", "succeeded", "succeeded", "failed", "cancelled"];
  const outcome = dice.pick(ends) ?? "cancelled";
  const answer = batchesOf(claim);
  const unsent = publish === null || outcome !== "succeeded" ? [] : isStreamed ? answer.slice(claim.cursor.batches) : answer;
  return {
    action: { kind: "commit", ...tryOf(claim), outcome, text: answer.join(""), ...claim.cursor, unsent },
    heard: () => void model.claims.splice(model.claims.indexOf(claim), 1),
  };
};

/** A call is given up by who took its job up: the job killed too many before, or its provider is out of reach for now. */
export const giveUp: Mover = (model, dice) => {
  const claim = pickLively(model, dice, model.claims);
  if (claim === undefined) return null;
  const { run, step, dispatch, fence, tries } = claim;
  return {
    action: { kind: "lose", run, owner: null, step, dispatch, fence, try: tries === 0 ? null : tries },
    heard: () => void model.claims.splice(model.claims.indexOf(claim), 1),
  };
};

/** Who takes a job up, also one whose intention was refused, tells of those who died on it before. */
export const suffer: Mover = (model, dice) => {
  const pasts = model.history.runs;
  const stray = model.jobs.filter(({ run, dispatch }) => isLive(pasts.get(run)) && pasts.get(run)?.intents.has(dispatch) !== true);
  const isStray = stray.length > 0 && dice.chance(40);
  const job = isStray ? dice.pick(stray) : pickLively(model, dice, model.jobs);
  if (job === undefined) return null;
  const { run, dispatch, takings } = job;
  const counts = { stalls: 1 + dice.number(5), fence: takings };
  const action: Action =
    isStray || dice.chance(50)
      ? { kind: "suffer", run, dispatch, job: `${run}.${dispatch}`, ...counts }
      : { kind: "suffer", run, dispatch: null, job: `${run}.1`, ...counts };
  return { action, heard: () => undefined };
};

/** A call that ends outside any request: its provider is unknown, its time is over, it is not wanted before it was tried again. */
export const commitUnsent: Mover = (model, dice) => {
  const claim = pickLively(
    model,
    dice,
    model.claims.filter(({ isSending }) => !isSending),
  );
  if (claim === undefined) return null;
  const outcome = dice.chance(50) ? "failed" : "cancelled";
  return {
    action: { kind: "commit", ...tryOf(claim), outcome, text: "", attempt: 0, batches: 0, unsent: [] },
    heard: () => void model.claims.splice(model.claims.indexOf(claim), 1),
  };
};
