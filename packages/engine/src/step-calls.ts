import type { CallStep, Message } from "@composite-llm/contracts";
import type { LatencyBook } from "./latency-book.ts";
import type { CellId, RunPort, Settled } from "./run-port.ts";

/** A call that a stage wants made. */
export interface WantedCall {
  step: Omit<CallStep, "prompt">;
  provider: string;
  messages: readonly Message[];
}

/** How often a step is dispatched anew because its job was lost. */
const MAX_DISPATCHES = 10;

/** Where calls are made, or found in the journal. */
export interface StepCalls {
  /**
   * Has the calls made, those to one provider as one job. `onSettled` hears of each step once, at once for what the journal holds.
   */
  start(calls: readonly WantedCall[], deadlineMs: number, onSettled: (settled: Settled) => void): Promise<void>;
  /** Cells that are open under a step: its own, and those of the composite that it stands for. */
  openUnder(step: string): CellId[];
  /** Every cell that settled so far, in order. */
  readonly settled: readonly Settled[];
}

export function createStepCalls(port: RunPort, latencies: LatencyBook): StepCalls {
  const history = new Map<string, Settled>();
  const open = new Map<string, number>();
  const dispatches = new Map<string, number>();
  const settledSoFar: Settled[] = [];
  const sent = new Map<string, CellId>();
  const gone = new Set<string>();
  const cellOf = ({ step, dispatch }: CellId): string => `${step}#${dispatch}`;
  const noteSent = (cell: CellId): void => {
    // A result can be here before the dispatch is known to have been sent.
    if (!gone.has(cellOf(cell))) sent.set(cellOf(cell), cell);
  };
  for (const settled of port.journal.settled) {
    if (settled.status === "succeeded" || (settled.status === "failed" && !history.has(settled.step))) history.set(settled.step, settled);
    settledSoFar.push(settled);
  }
  for (const cell of port.journal.open) open.set(cell.step, cell.dispatch);

  const start: StepCalls["start"] = async (calls, deadlineMs, onSettled) => {
    const byStep = new Map(calls.map((call) => [call.step.step, call]));

    const settle = (settled: Settled): void => {
      settledSoFar.push(settled);
      gone.add(cellOf(settled));
      sent.delete(cellOf(settled));
      const call = byStep.get(settled.step);
      if (call === undefined) return;
      if (settled.status === "succeeded" && settled.report !== null) {
        latencies.observe({ provider: call.provider, model: call.step.model, role: call.step.role }, settled.report.latencyMs);
      }
      const times = dispatches.get(settled.step) ?? 0;
      // Whoever worked on it is gone without a trace of a result: it is called again under a new number.
      if (settled.status === "lost" && times < MAX_DISPATCHES && !port.signal.aborted)
        void dispatch(call.provider, [call]).catch(() => undefined);
      else onSettled(settled);
    };

    const dispatch = async (provider: string, group: readonly WantedCall[]): Promise<void> => {
      const prompts: Message[][] = [];
      const indexOf = new Map<readonly Message[], number>();
      const steps = group.map(({ step, messages }): CallStep => {
        const known = indexOf.get(messages);
        if (known !== undefined) return { ...step, prompt: known };
        indexOf.set(messages, prompts.length);
        prompts.push([...messages]);
        return { ...step, prompt: prompts.length - 1 };
      });
      for (const { step } of steps) dispatches.set(step, (dispatches.get(step) ?? 0) + 1);
      const number = await port.dispatch({ provider, steps, prompts, deadlineMs }, settle);
      for (const { step } of steps) noteSent({ step, dispatch: number });
    };

    const byProvider = new Map<string, WantedCall[]>();
    for (const call of calls) {
      const { step } = call.step;
      const known = history.get(step);
      const dispatched = open.get(step);
      if (known !== undefined) {
        onSettled(known);
      } else if (dispatched !== undefined) {
        noteSent({ step, dispatch: dispatched });
        port.await({ step, dispatch: dispatched, provider: call.provider }, settle);
      } else {
        const group = byProvider.get(call.provider) ?? [];
        byProvider.set(call.provider, group);
        group.push(call);
      }
    }
    await Promise.all([...byProvider].map(([provider, group]) => dispatch(provider, group)));
  };

  return {
    start,
    openUnder: (step) => [...sent.values()].filter((cell) => cell.step === step || cell.step.startsWith(`${step}/`)),
    settled: settledSoFar,
  };
}
