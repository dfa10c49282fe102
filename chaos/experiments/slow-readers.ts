import { randomUUID } from "node:crypto";
import { residentMegabytes } from "../evidence/memory.ts";
import { askJson } from "../load/ask-json.ts";
import { askStream } from "../load/ask-stream.ts";
import { readSlowly } from "../load/read-slowly.ts";
import { pause } from "../until.ts";
import { atMost, everyClientAnswered, measure } from "./expectations.ts";
import type { Arena } from "../arena/arena.ts";
import type { Experiment } from "./experiment.ts";

const READERS = 500;
const BYTES_PER_SECOND = 1_024;
/** 3.2 MB of text in some 4,000 events. */
const ANSWER = "openai/mock-tokens-400000-chunk-100";
const OTHERS = 20;
const MEMORY = "memory of the gateway before and among slow readers";
const REDIS_MEMORY = "peak memory of Redis";
const LATENCY = "time of another client's request among slow readers";

async function askOthers(arena: Arena): Promise<void> {
  for (let count = 0; count < OTHERS; count += 1) {
    const asked = await askJson({ gatewayUrl: arena.stack.gatewayUrl, fields: { model: "openai/gpt-4o" }, idempotencyKey: randomUUID() });
    measure(arena, LATENCY, asked.tries[0]?.tookMs ?? Infinity);
    arena.clients.push(asked);
  }
}

export const slowReaders: Experiment = {
  number: 21,
  name: `${READERS} clients that read 1 KB a second`,
  load: `one run with an answer of 3.2 MB that all of them stream, and ${OTHERS} requests of others meanwhile`,
  injected: "their slowness, for 20 s",
  rounds: 1,
  round: async (arena) => {
    const gateway = arena.stack.process("gateway");
    measure(arena, MEMORY, await residentMegabytes(gateway.pid));
    const fields = { model: ANSWER };
    const wish = { gatewayUrl: arena.stack.gatewayUrl, fields, idempotencyKey: randomUUID() };
    const readers = await Promise.all(Array.from({ length: READERS }, () => readSlowly(wish, BYTES_PER_SECOND)));
    // One of them reads as fast as it can: what it gets is what the others are offered.
    arena.clients.push(await askStream(wish));
    const until = performance.now() + 20_000;
    await askOthers(arena);
    while (performance.now() < until) {
      measure(arena, MEMORY, await residentMegabytes(gateway.pid));
      await pause(2_000);
    }
    for (const reader of readers) reader.leave();
    measure(arena, REDIS_MEMORY, Number(/^used_memory_peak:(\d+)/m.exec(await arena.redis.info("memory"))?.[1]) / 1e6);
  },
  expectations: [everyClientAnswered, atMost(MEMORY, 800, "MB"), atMost(REDIS_MEMORY, 300, "MB"), atMost(LATENCY, 2_000, "ms")],
};
