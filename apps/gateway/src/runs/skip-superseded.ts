import type { RunEvent } from "@composite-llm/contracts";
import type { RunListener } from "./start-run.ts";

/**
 * Holds the events of a replay back until all of it is there, and leaves out what abandoned attempts said: who comes later need not hear words that
 * were void before.
 *
 * @param replayedUntil number of the last event of the replay, which must be one that the listener's scope contains; 0 for no replay
 */
export function skipSuperseded(replayedUntil: number, listener: RunListener): RunListener {
  let held: RunEvent[] = [];
  const hold = (event: RunEvent): void => {
    if (event.kind !== "reset") {
      held.push(event);
      return;
    }
    const { step, stream_attempt: attempt } = event.data;
    const isVoid = ({ kind, data }: RunEvent): boolean =>
      (kind === "delta" || kind === "member_delta") && data.step === step && data.stream_attempt < attempt;
    held = held.filter((one) => !isVoid(one));
  };
  return {
    onEvent: (event) => {
      if (event.number > replayedUntil) return listener.onEvent(event);
      hold(event);
      if (event.number < replayedUntil) return undefined;
      for (const one of held.splice(0)) listener.onEvent(one);
      return undefined;
    },
    onLost: (reason) => listener.onLost(reason),
  };
}
