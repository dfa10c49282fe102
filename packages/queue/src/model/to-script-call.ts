import type { ScriptName } from "../lua/load-scripts.ts";
import { type Action, type ActionOf, costOf, type TryOf } from "./action.ts";
import { sampleStep } from "./sample-steps.ts";

/** Long beside a test: whatever expires does so because the model wants it. */
const TOTAL_DEADLINE_MS = 600_000;
const LISTENER_MS = 600_000;
const PARKED_MS = 60_000;
/** Deaths. */
export const QUARANTINE_FROM = 3;
/** That a run may come to need. */
const BYTES = 1000;

function record(kind: "started" | "finished", { run, step, dispatch, fence, try: number }: TryOf, more: object = {}): string {
  return JSON.stringify({ kind, run, step, dispatch, fence, try: number, ...more });
}

/** JSON of an object as two halves around a value that a script gives. */
function around(object: object, name: string): [head: string, tail: string] {
  return [`${JSON.stringify(object).slice(0, -1)},"${name}":"`, '"}'];
}

function batch(text: string): string {
  return JSON.stringify({ text }).slice(1);
}

/** The end of the try after which a call was given up, and its report. */
function lastTry(action: ActionOf<"lose">): (string | number)[] {
  if (action.try === null) return [];
  const tried = { ...action, try: action.try };
  return [action.try, record("finished", tried, { cost: costOf(tried), status: "failed" }), JSON.stringify({ text: "" })];
}

/** The call as the desks and the gate make it. */
export function toScriptCall(action: Action): [name: ScriptName, args: (string | number)[]] {
  return [action.kind, argumentsOf(action)];
}

function argumentsOf(action: Action): (string | number)[] {
  switch (action.kind) {
    case "accept": {
      const { caller, ttlMs, listener, graceMs, idempotencyKey, fingerprint } = action;
      const key = idempotencyKey === "" ? "" : `${caller}:${idempotencyKey}`;
      const claims = [action.isTwin, action.hasWebhook, action.isFull].map((claim) => (claim ? 1 : ""));
      return ["{}", caller, TOTAL_DEADLINE_MS, ttlMs, listener, LISTENER_MS, graceMs, key, fingerprint, ...claims, BYTES];
    }
    case "adopt":
      return [action.fingerprint, action.listener, LISTENER_MS];
    case "attach":
      return [action.listener, LISTENER_MS];
    case "detach":
      return [action.listener, action.graceMs ?? "", '{"error":"cancelled"}', action.leastGraceMs, action.takesKeepBack ? 1 : ""];
    case "keep":
      return [action.listener];
    case "deliver":
    case "erase":
      return [];
    case "inherit":
      return [action.from];
    case "revive":
      return [action.jobs];
    case "own":
      return [action.inbox, action.job, action.stalls];
    case "suffer":
      return [action.dispatch ?? "", action.dispatch ?? "", action.job, action.stalls, action.fence, "killed", QUARANTINE_FROM];
    case "pardon":
      return [action.dispatch ?? ""];
    case "enter":
      return [action.owner, action.stage, "stage", JSON.stringify({ name: action.stage, state: "started" })];
    case "intend": {
      const calls = action.steps.flatMap((step) => [step, JSON.stringify({ step, state: "queued" })]);
      return [action.owner, action.dispatch, action.digest, ...calls];
    }
    case "release": {
      const event = JSON.stringify({ name: action.stage, state: "released" });
      const cells = action.cells.flatMap(({ step, dispatch }) => [step, dispatch]);
      return [action.owner, action.stage, action.decision, event, action.keep ? 1 : 0, ...cells];
    }
    case "park":
      return [action.owner, Number.MAX_SAFE_INTEGER, PARKED_MS, ...action.cells.flatMap(({ step, dispatch }) => [step, dispatch])];
    case "lose":
      return [action.owner ?? "", action.step, action.dispatch, action.fence, ...lastTry(action)];
    case "finish": {
      const kind = action.state === "succeeded" ? "finished" : "error";
      const unseen = Array.from({ length: action.unseen }, (_, index) => ["ballot", JSON.stringify({ index })]);
      return [action.state, action.owner ?? "", kind, JSON.stringify({ state: action.state }), ...unseen.flat()];
    }
    case "wait": {
      const { step, dispatch, fence, inbox } = action;
      return [step, dispatch, fence, inbox, JSON.stringify({ step, state: "waiting" })];
    }
    case "begin": {
      const { step, dispatch, fence, try: number, inbox, digest, endsPrevious } = action;
      const previous = { ...action, try: number - 1 };
      const ended = endsPrevious ? record("finished", previous, { cost: costOf(previous), status: "failed" }) : "";
      const event = JSON.stringify({ step, state: "sent" });
      return [step, dispatch, fence, number, inbox, digest, event, record("started", action), ended, sampleStep(step).isWatched ? 1 : ""];
    }
    case "append": {
      const { step, dispatch, fence, try: number, attempt, index, text } = action;
      return [step, dispatch, fence, number, attempt, index, sampleStep(step).publish ?? "", batch(text)];
    }
    case "commit": {
      const { step, dispatch, fence, try: number, outcome, text, attempt, batches, unsent } = action;
      const event = around({ step }, "state");
      const finished = around(JSON.parse(record("finished", action, { cost: costOf(action) })) as object, "status");
      const stream = [attempt, sampleStep(step).publish ?? "", batches, ...unsent.map(batch)];
      return [step, dispatch, fence, number, outcome, JSON.stringify({ text }), ...event, ...finished, ...stream];
    }
  }
}
