import { type CallStep, fallbackKey, type Message, type PlannedPlace, wonStep } from "@composite-llm/contracts";
import { callsElsewhere, mayGoElsewhere } from "./calls-elsewhere.ts";
import { watchForSilence } from "./hedge.ts";
import type { LatencyBook } from "./latency-book.ts";
import type { CellId, RunPort, Settled, Timer } from "./run-port.ts";
import { createStepRace, type StepRace } from "./step-race.ts";

/** A call that a stage wants made. */
export interface WantedCall {
  step: Omit<CallStep, "prompt">;
  provider: string;
  messages: readonly Message[];
  /** Other places of its model: each is called when those before it failed. */
  places: readonly PlannedPlace[];
  /** Whether the first of them is called also when this call is silent for too long. */
  isHedged: boolean;
}

/** How often a step is dispatched anew because its job was lost. */
const MAX_DISPATCHES = 10;

export interface CallBounds {
  /** End of the time for the calls, Redis time. */
  deadlineMs: number;
  /** Aborted when nobody waits for them any more: nothing is started then. */
  signal: AbortSignal;
}

/** Where calls are made, or found in the journal. */
export interface StepCalls {
  /**
   * Has the calls made, those to one provider as one job. `onSettled` hears of each step once, at once for what the journal holds.
   */
  start(calls: readonly WantedCall[], bounds: CallBounds, onSettled: (settled: Settled) => void): Promise<void>;
  /** Cells that are open under a step: its own, those at other places, and those of the composite that it stands for. */
  openUnder(step: string): CellId[];
  /** Whether an earlier owner had a call sent for the step, or for the composite that it stands for. */
  isJournaled(step: string): boolean;
  /** Whether the step was won at another place after its own call had failed. */
  hasFallenBack(step: string): boolean;
  /** Keys of the calls at other places that were decided on. */
  readonly elsewhere: ReadonlySet<string>;
  /** How many cells were dispatched, or taken over, that did not settle yet. */
  readonly unreported: number;
  /** Every cell that settled so far, in order. */
  readonly settled: readonly Settled[];
}

export function createStepCalls(port: RunPort, latencies: LatencyBook, startTimer: Timer): StepCalls {
  const successes = new Map<string, Settled>();
  const failures = new Map<string, Settled>();
  const open = new Map<string, RunPort["journal"]["open"][number]>();
  const elsewhere = new Set<string>();
  const dispatches = new Map<string, number>();
  /** Requests that were made for a step before it was given up. */
  const tried = new Map<string, number>();
  const settledSoFar: Settled[] = [];
  const sent = new Map<string, CellId>();
  const gone = new Set<string>();
  const cellOf = ({ step, dispatch }: CellId): string => `${step}#${dispatch}`;
  const noteSent = (cell: CellId): void => {
    // A result can be here before the dispatch is known to have been sent.
    if (!gone.has(cellOf(cell))) sent.set(cellOf(cell), cell);
  };
  // A job of several calls that was lost may hold one that kills its worker: alone each of them shows what it does.
  const wasLost = new Set(port.journal.settled.filter(({ status }) => status === "lost").map(({ step }) => step));
  const noteTries = ({ step, status, report }: Settled): void => {
    if (status === "lost" && report !== null) tried.set(step, (tried.get(step) ?? 0) + report.tries);
  };
  for (const settled of port.journal.settled) {
    noteTries(settled);
    if (settled.status === "succeeded") successes.set(wonStep(settled.step), settled);
    else if (settled.status === "failed" && !failures.has(settled.step)) failures.set(settled.step, settled);
    settledSoFar.push(settled);
  }
  for (const cell of port.journal.open) open.set(cell.step, cell);
  for (const { step } of [...port.journal.settled, ...port.journal.open]) if (wonStep(step) !== step) elsewhere.add(step);

  /** Nobody listened while the run was parked. */
  const learn = (report: Settled["report"], role: string): void => {
    const { parkedAtMs } = port.journal;
    if (report !== null && parkedAtMs !== null && report.endedAtMs >= parkedAtMs) latencies.observe({ ...report, role }, report.latencyMs);
  };

  const start: StepCalls["start"] = async (calls, { deadlineMs, signal }, onSettled) => {
    const byKey = new Map<string, { call: WantedCall; race: StepRace; begun(): void }>();

    const settle = (settled: Settled): void => {
      settledSoFar.push(settled);
      gone.add(cellOf(settled));
      sent.delete(cellOf(settled));
      const entry = byKey.get(settled.step);
      if (entry === undefined) return;
      const { call, race } = entry;
      // One that its hedge outran counts with the time that it had taken, or what is usual would seem ever shorter.
      const isOutrun = settled.status === "cancelled" && elsewhere.has(fallbackKey(settled.step, 1));
      if ((settled.status === "succeeded" || isOutrun) && settled.report !== null && settled.report.tries > 0) {
        latencies.observe({ provider: call.provider, model: call.step.model, role: call.step.role }, settled.report.latencyMs);
      }
      noteTries(settled);
      if (settled.isGivenUp === true) dispatches.set(settled.step, (dispatches.get(settled.step) ?? 1) - 1);
      const times = dispatches.get(settled.step) ?? 0;
      // Whoever worked on it is gone without a trace of a result: it is called again under a new number.
      if (settled.status === "lost" && times < MAX_DISPATCHES && !port.signal.aborted && !race.isOver)
        void dispatch([call]).catch(() => undefined);
      else race.settle(settled);
    };
    const onBegun = (step: string): void => byKey.get(step)?.begun();

    /** @param group calls to one provider */
    const dispatch = async (group: readonly WantedCall[]): Promise<void> => {
      const provider = group[0]?.provider ?? "";
      const prompts: Message[][] = [];
      const indexOf = new Map<readonly Message[], number>();
      const promptOf = (messages: readonly Message[]): number => {
        const known = indexOf.get(messages);
        if (known !== undefined) return known;
        indexOf.set(messages, prompts.length);
        return prompts.push([...messages]) - 1;
      };
      const steps = group.map(({ step, messages }): CallStep => {
        const before = tried.get(step.step) ?? 0;
        return { ...step, prompt: promptOf(messages), ...(before === 0 ? {} : { tried: before }) };
      });
      for (const { step } of steps) dispatches.set(step, (dispatches.get(step) ?? 0) + 1);
      const number = await port.dispatch({ provider, steps, prompts, deadlineMs }, settle, onBegun);
      for (const { step } of steps) noteSent({ step, dispatch: number });
    };

    /** What goes out as one job: calls to one provider, or a single one. */
    const groups = new Map<string, WantedCall[]>();
    /** Goes on where the journal has it; otherwise it is to be dispatched. */
    const take = (call: WantedCall, race: StepRace, begun: () => void): void => {
      const { step } = call.step;
      byKey.set(step, { call, race, begun });
      race.join(step);
      const dispatched = open.get(step);
      if (dispatched !== undefined) {
        noteSent({ step, dispatch: dispatched.dispatch });
        port.await({ step, dispatch: dispatched.dispatch, provider: call.provider }, settle, onBegun);
        // When it did is not known any more, so it gets all of its usual time.
        if (dispatched.isBegun) begun();
      } else if (!failures.has(step)) {
        const key = wasLost.has(step) ? step : call.provider;
        const group = groups.get(key) ?? [];
        groups.set(key, group);
        group.push(call);
      }
    };

    for (const wanted of calls) {
      const { step } = wanted.step;
      const call = wanted.places.length === 0 ? wanted : { ...wanted, step: { ...wanted.step, hasFallback: true } };
      const success = successes.get(step);
      if (success !== undefined) {
        learn(success.report, call.step.role);
        onSettled({ ...success, step });
        continue;
      }
      const others = callsElsewhere(call);
      /** Makes the first of them that was not made yet; false when there is none. */
      const callNext = (): boolean => {
        const next = others.find((other) => !elsewhere.has(other.step.step));
        if (next === undefined || signal.aborted || race.isOver) return false;
        const key = next.step.step;
        elsewhere.add(key);
        byKey.set(key, { call: next, race, begun: () => undefined });
        race.join(key);
        void dispatch([next]).catch(() => undefined);
        return true;
      };
      // What was seen of an answer cannot be taken back.
      const isSeen = async (kinds: readonly CallStep["publish"][]): Promise<boolean> =>
        kinds.includes(call.step.publish) && call.step.stream && (await port.hasPublished(step));
      const hedge = async (): Promise<void> => {
        // One that speaks is not silent.
        const isSilent = !(await isSeen(["delta", "member_delta"]));
        if (isSilent && race.isRunning && !elsewhere.has(fallbackKey(step, 1))) callNext();
      };
      const watch = watchForSilence({ call, latencies, startTimer, onSilent: () => void hedge().catch(() => undefined) });
      const race = createStepRace({
        step,
        goOn: async (failed) => mayGoElsewhere(failed) && !(await isSeen(["delta"])) && callNext(),
        onEnd: (settled) => {
          watch.stop();
          onSettled(settled);
        },
      });
      signal.addEventListener("abort", () => {
        watch.stop();
        race.leave();
      });
      take(call, race, () => watch.begun());
      const made = others.filter((other) => elsewhere.has(other.step.step));
      for (const other of made) take(other, race, () => undefined);
      for (const key of [step, ...made.map((other) => other.step.step)]) {
        const failure = failures.get(key);
        if (failure !== undefined && !open.has(key)) race.settle(failure);
      }
    }
    await Promise.all([...groups.values()].map(dispatch));
  };

  return {
    start,
    openUnder: (step) => [...sent.values()].filter((cell) => wonStep(cell.step) === step || cell.step.startsWith(`${step}/`)),
    isJournaled: (step) =>
      [...port.journal.settled, ...port.journal.open].some((cell) => wonStep(cell.step) === step || cell.step.startsWith(`${step}/`)),
    hasFallenBack: (step) =>
      settledSoFar.some(({ step: key, status }) => key === step && status === "failed") &&
      settledSoFar.some(({ step: key, status }) => key !== step && wonStep(key) === step && status === "succeeded"),
    elsewhere,
    get unreported() {
      return sent.size;
    },
    settled: settledSoFar,
  };
}
