import { peakMegabytes } from "../evidence/memory.ts";
import { ask } from "../load/ask-some.ts";
import { atMost, measure } from "./expectations.ts";
import type { Expectation, Experiment } from "./experiment.ts";

/** Those whose text is all there, however it comes, those of which either may come, and those that end in an error. */
const READABLE = ["mock-stream-split", "mock-stream-crlf", "mock-stream-comments"];
const EITHER = "mock-stream-big-5";
const UNREADABLE = ["mock-stream-garbage-3", "mock-stream-error-3", "mock-error-500-html", "mock-gzip-bomb-200"];
/** What cannot be read closes its provider for ever longer, so that who asks again waits: for no longer than this. */
const DEADLINE_MS = 15_000;
const MEMORY = "peak memory of a service";

const textOrError: Expectation = {
  demands: "the right text where it can be read, and a typed error where not",
  check: ({ clients }) => {
    const violations = clients.flatMap(({ kind, model, text, tries }) => {
      const code = tries.at(-1)?.error ?? null;
      if (READABLE.some((name) => model.endsWith(name))) return text === null ? [`a ${kind} client of ${model} got ${code}`] : [];
      if (text !== null && model.endsWith(EITHER)) return [];
      if (text !== null) return [`${model} passed for an answer of ${text.length} characters of a ${kind} client`];
      return code === null || code === "no code" ? [`a ${kind} client of ${model} got no typed error`] : [];
    });
    return { figures: `${clients.length} requests`, violations };
  },
};

export const garbledAnswer: Experiment = {
  number: 14,
  name: "garbage, split characters, CRLF, a 5 MB line, an error after 200, a compressed bomb",
  load: "each alone, as JSON and as a stream",
  injected: [...READABLE, EITHER, ...UNREADABLE].join(", "),
  // In a second one the provider would be closed for a minute.
  rounds: 1,
  round: async (arena) => {
    for (const name of [...READABLE, EITHER, ...UNREADABLE]) {
      const deadline = UNREADABLE.includes(name) ? { total_deadline_ms: DEADLINE_MS } : {};
      const wish = { fields: { model: `openai/${name}`, ...deadline }, key: null };
      arena.clients.push(...(await ask(arena, [wish, wish])));
    }
    for (const { pid, service } of arena.stack.processes) {
      if (service !== "mock-provider") measure(arena, MEMORY, await peakMegabytes(pid));
    }
  },
  expectations: [textOrError, atMost(MEMORY, 500, "MB")],
};
