import type { Expectation } from "./experiment.ts";

/** For loads whose clients repeat what breaks: whatever was injected, all have their answers in the end. */
export const everyClientAnswered: Expectation = {
  demands: "every client gets its answer",
  check: ({ clients }) => {
    const left = clients.filter(({ text, hasLeft }) => text === null && !hasLeft);
    const tries = clients.reduce((sum, client) => sum + client.tries.length, 0);
    const violations = left.map(
      ({ kind, model, runs, tries: all }) =>
        `a ${kind} client of ${model} (${runs.join(", ")}) got ${all.at(-1)?.status} ${all.at(-1)?.error}`,
    );
    return { figures: `${clients.length - left.length} of ${clients.length} clients, ${tries} requests of theirs`, violations };
  },
};
