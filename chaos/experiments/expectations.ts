import type { Arena } from "../arena/arena.ts";
import type { ClientRecord } from "../load/client-record.ts";
import type { Expectation } from "./experiment.ts";

/** For loads whose clients repeat what breaks: whatever was injected, all have their answers in the end. */
export const everyClientAnswered: Expectation = {
  demands: "every client that repeats what breaks gets its answer",
  check: ({ clients }) => {
    const patient = clients.filter(({ hasLeft, idempotencyKey }) => !hasLeft && idempotencyKey !== null);
    const left = patient.filter(({ text }) => text === null);
    const tries = patient.reduce((sum, client) => sum + client.tries.length, 0);
    const violations = left.map(
      ({ kind, model, runs, tries: all }) =>
        `a ${kind} client of ${model} (${runs.join(", ")}) got ${all.at(-1)?.status} ${all.at(-1)?.error}`,
    );
    return { figures: `${patient.length - left.length} of ${patient.length} clients, ${tries} requests of theirs`, violations };
  },
};

/** For faults that no client may notice. */
export const nobodyNoticed: Expectation = {
  demands: "no request breaks off or is refused",
  check: ({ clients }) => {
    const broken = clients.flatMap(({ kind, model, tries }) =>
      tries.filter(({ error }) => error !== null).map(({ status, error }) => `a ${kind} request of ${model} got ${status} ${error}`),
    );
    return { figures: `${broken.length} requests of ${clients.length} clients`, violations: broken };
  },
};

/** Code of the error that a client ended with, `an answer` when it got one. */
export function codeOf({ text, tries, events }: ClientRecord): string {
  if (text !== null) return "an answer";
  const { code = null } = (events.at(-1)?.data ?? {}) as { code?: string | null };
  return tries.at(-1)?.error ?? code ?? "no code";
}

/** Notes a figure of an experiment. */
export function measure({ measured }: Arena, what: string, figure: number): void {
  measured.set(what, [...(measured.get(what) ?? []), Math.round(figure)]);
}

/** Every figure of a name, in `unit`, is at most so large, and there are some. */
export function atMost(what: string, limit: number, unit: "ms" | "MB"): Expectation {
  return {
    demands: `${what}: at most ${limit} ${unit}`,
    check: ({ measured }) => {
      const figures = measured.get(what) ?? [];
      const violations = figures.filter((figure) => figure > limit).map((figure) => `${what}: ${figure} ${unit}`);
      const range = figures.length === 0 ? "" : `${Math.min(...figures)}–${Math.max(...figures)} ${unit}`;
      return { figures: `${figures.length} measured, ${range}`, violations: figures.length === 0 ? ["nothing was measured"] : violations };
    },
  };
}
