import type { Arena } from "../arena/arena.ts";
import { peakMegabytes } from "../evidence/memory.ts";
import { noteLostLocks } from "../inject/note-lost-locks.ts";
import { ask } from "../load/ask-some.ts";
import { askJson } from "../load/ask-json.ts";
import { atMost, measure } from "./expectations.ts";
import type { Expectation, Experiment } from "./experiment.ts";

const ANSWERS = 50;
const ANSWER_MODEL = "openai/mock-stream-big-2";
const ANSWER_LENGTH = 2e6;
/** Just below the limit of a body, 10 MiB, and above it. */
const PROMPT_LENGTHS = [10_000_000, 11_000_000];
const MEMORY = "peak memory of a service";
const EVENTS = "longest event stream of a run, in MB";

async function promptOf(arena: Arena, length: number): Promise<void> {
  const messages = [{ role: "user", content: "blue ".repeat(length / 5) }];
  const fields = { model: "composite/moa/openai/gpt-4o", proposers: ["openai/gpt-4o-mini", "anthropic/claude-haiku-4-5"], messages };
  const client = await askJson({ gatewayUrl: arena.stack.gatewayUrl, fields, idempotencyKey: null });
  arena.clients.push({ ...client, model: `prompt of ${length}` });
}

const wholeOrRefused: Expectation = {
  demands: "a prompt of 10 MB is answered, one of 11 MB is a 413, and every answer of 2 MB comes whole",
  check: ({ clients }) => {
    const violations = clients.flatMap(({ model, text, tries }) => {
      const status = tries.at(-1)?.status;
      if (model === ANSWER_MODEL)
        return (text?.length ?? 0) >= ANSWER_LENGTH ? [] : [`an answer had ${text?.length ?? 0} characters, ${status}`];
      const wanted = model === `prompt of ${PROMPT_LENGTHS[0]}` ? 200 : 413;
      return status === wanted ? [] : [`a ${model} got ${status} ${tries.at(-1)?.error}`];
    });
    return { figures: `${clients.length} requests`, violations };
  },
};

export const largeBodies: Experiment = {
  number: 18,
  name: "prompts of 10 MB, and 50 answers of 2 MB at once",
  load: `${ANSWERS} JSON clients and streams`,
  injected: "the sizes",
  rounds: 1,
  round: async (arena) => {
    for (const length of PROMPT_LENGTHS) await promptOf(arena, length);
    const first = arena.clients.length;
    arena.clients.push(
      ...(await ask(
        arena,
        Array.from({ length: ANSWERS }, (_, index) => ({ fields: { model: ANSWER_MODEL }, key: `answer ${index}` })),
      )),
    );
    for (const client of arena.clients.slice(first)) {
      const [run = ""] = client.runs;
      const bytes = await arena.redis.memory("USAGE", `${arena.stack.redisPrefix}:run:${run}:events`);
      measure(arena, EVENTS, Number(bytes) / 1e6);
    }
    for (const { pid, service } of arena.stack.processes) {
      if (service !== "mock-provider") measure(arena, MEMORY, await peakMegabytes(pid));
    }
    // With so much to read, a caller on a busy machine may be late for its locks.
    await noteLostLocks(arena);
  },
  expectations: [wholeOrRefused, atMost(EVENTS, 20, "MB"), atMost(MEMORY, 1_500, "MB")],
};
