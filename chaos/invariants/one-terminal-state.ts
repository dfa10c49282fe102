import type { Invariant } from "./verdict.ts";

const TERMINAL = new Set<unknown>(["succeeded", "failed", "cancelled"]);

export const oneTerminalState: Invariant = {
  name: "I1",
  demands: "every acknowledged run has one terminal state, said once, and its last event says it",
  check: ({ runs, clients }) => {
    const violations: string[] = [];
    const acknowledged = new Set(clients.flatMap((client) => client.runs));
    const known = new Map(runs.map((run) => [run.run, run]));
    for (const run of acknowledged) {
      if ((known.get(run)?.state ?? null) === null) violations.push(`run ${run} was acknowledged and is not there`);
    }
    const ended = runs.filter(({ state }) => state !== null);
    for (const { run, state, events } of ended) {
      if (!TERMINAL.has(state)) violations.push(`run ${run} is ${state}`);
      const said = events.filter(({ kind, data }) => kind === "run" && TERMINAL.has(data["status"])).map(({ data }) => data["status"]);
      if (said.length !== 1 || said[0] !== state) violations.push(`run ${run} is ${state} and said ${said.join(", ") || "nothing"}`);
      const ends = events.filter(({ kind }) => kind === "finished" || kind === "error");
      if (ends.length !== 1 || ends[0] !== events.at(-1)) violations.push(`run ${run} has ${ends.length} last events`);
    }
    const count = (wanted: string): number => ended.filter(({ state }) => state === wanted).length;
    const figures = `${acknowledged.size} acknowledged; of ${ended.length} runs ${count("succeeded")} succeeded, ${count("failed")} failed, ${count("cancelled")} cancelled`;
    return { figures, violations };
  },
};
