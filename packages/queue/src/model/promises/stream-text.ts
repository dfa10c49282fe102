import type { ActionOf } from "../action.ts";
import { sampleStep, wonStep } from "../sample-steps.ts";
import type { EventSight } from "../sight.ts";
import { hold, type RunTurn, type Turn } from "./turn.ts";

/**
 * What followers read of a step is, stream attempt by stream attempt, the beginning of one caller's answer; the attempt that wins is the whole
 * committed text. A later attempt voids the earlier ones before its first word.
 */
export function checkStreamText(turn: Turn): void {
  for (const run of turn.runs) {
    const { past, is } = run;
    if (!is.news.some(isOfStream)) continue;
    for (const { data, kind } of is.news.filter(isOfStream))
      hold(3, !past.winners.has(wonStep(data.step ?? "")), () => `a ${kind} of ${String(data.step)} came after the step was won`);
    checkOrder(is.events);
  }
  const { action } = turn;
  if (action === null) return;
  const run = turn.runs.find(({ past }) => past.run === action.run);
  if (run === undefined || run.past.isGone) return;
  if (action.kind === "append") checkAppended(action, run);
  if (action.kind === "commit") checkCommitted(action, run);
}

function isOfStream({ kind }: EventSight): boolean {
  return kind === "delta" || kind === "member_delta" || kind === "reset";
}

/** The newest stream attempt of a step that its followers heard of, 0 when there was none. */
export function newestAttempt(events: readonly EventSight[], step: string): number {
  const last = events.findLast((event) => isOfStream(event) && event.data.step === step);
  return last?.data.stream_attempt ?? 0;
}

function textOf(events: readonly EventSight[], step: string, attempt: number): string {
  const own = events.filter(({ kind, data }) => kind !== "reset" && data.step === step && data.stream_attempt === attempt);
  return own.map(({ data }) => data.text ?? "").join("");
}

function checkOrder(events: readonly EventSight[]): void {
  const heard = new Map<string, { attempt: number; by: string; batches: number }>();
  for (const { kind, data } of events.filter(isOfStream)) {
    const { step = "", stream_attempt: attempt = 0, text = "" } = data;
    const now = heard.get(step) ?? { attempt: 0, by: "", batches: 0 };
    heard.set(step, now);
    if (kind === "reset" || now.attempt === 0) {
      hold(
        3,
        attempt === now.attempt + 1 && (kind === "reset") === attempt > 1,
        () => `${kind} of attempt ${attempt} of ${step} came after ${now.attempt}`,
      );
      Object.assign(now, { attempt, by: "", batches: 0 });
    }
    if (kind === "reset") continue;
    hold(3, attempt === now.attempt, () => `a token of attempt ${attempt} of ${step} came while attempt ${now.attempt} was heard`);
    // The batches of an answer name their caller and are counted from 0.
    const [, by = "", index] = /^(.*):(\d+);$/.exec(text) ?? [];
    if (now.batches === 0) now.by = by;
    hold(
      3,
      by === now.by && Number(index) === now.batches,
      () => `attempt ${attempt} of ${step} goes on with ${text} after ${now.batches} batches of ${now.by}`,
    );
    now.batches += 1;
  }
}

function checkAppended(action: ActionOf<"append">, { reply, past, is }: RunTurn): void {
  const [outcome, said] = reply;
  if (outcome !== "ok") return;
  const attempt = Number(said);
  const batches = Math.max(past.appended.get(`${action.step}@${attempt}`) ?? 0, action.index + 1);
  const text = textOf(is.events, action.step, attempt);
  hold(
    3,
    text.split(";").length - 1 >= batches,
    () => `attempt ${attempt} of ${action.step} has ${text}, and ${batches} batches were taken`,
  );
  hold(3, text.includes(action.text), () => `attempt ${attempt} of ${action.step} has ${text} without ${action.text}, which was taken`);
}

function checkCommitted(action: ActionOf<"commit">, { reply, past, is }: RunTurn): void {
  if (reply[0] !== "succeeded" || sampleStep(action.step).publish === null || past.winners.has(wonStep(action.step))) return;
  const read = textOf(is.events, action.step, newestAttempt(is.events, action.step));
  hold(3, read === action.text, () => `${action.text} was committed for ${action.step}, and its followers read ${read}`);
}
