import { assemble, readSse } from "@composite-llm/gateway/testing";
import { type Stack, startStack } from "@composite-llm/scripts/stack";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fetchChat } from "./harness/post-chat.ts";
import { residentMegabytes } from "./harness/resident-memory.ts";
import { openRunRecords, type RunRecords } from "./harness/run-records.ts";

const IS_LONG = process.env["VERIFY"] === "long";
const STREAMS = 200;
/** How long streams are begun, and from when on memory must stay what it is: until then the heap finds its size. */
const [DURATION_MS, MARK_MS] = IS_LONG ? [60_000, 10_000] : [10_000, 5_000];
const SAMPLE_MS = 250;
/** In seconds the garbage of some streams counts that in a minute does not. */
const MOST_GROWTH = IS_LONG ? 1.2 : 1.35;

/** Every tenth of them is a panel; a stream takes about two and a half seconds. */
const SPEAKER = "openai/gpt-4o-mock-tokens-50-tps-20";
const MODELS = Array.from({ length: STREAMS }, (_, index) => (index % 10 === 0 ? `composite/moa/${SPEAKER}` : SPEAKER));
const PROPOSERS = ["openai/gpt-4o-mini", "anthropic/claude-haiku-4-5", "openai/gpt-4o-mini"];

let stack: Stack;
let records: RunRecords;

beforeAll(async () => {
  stack = await startStack();
  records = openRunRecords(stack);
});

afterAll(async () => {
  records.close();
  await stack.stop();
});

interface Streamed {
  run: string;
  /** Which of the concurrent streams it was; every one has a prompt of its own. */
  place: number;
  text: string;
}

function request(place: number) {
  const model = MODELS[place] ?? SPEAKER;
  const options = model === SPEAKER ? {} : { proposers: PROPOSERS };
  return { model, messages: [{ role: "user", content: `Tell story number ${place}.` }], ...options };
}

/** Resolves as soon as the stream's headers are there. */
async function openStream(place: number) {
  const answer = await fetchChat(stack.gatewayUrl, { ...request(place), stream: true });
  expect(answer.status).toBe(200);
  return { run: answer.headers.get("x-composite-run-id") ?? "", place, text: answer.text() };
}

/** What the model says to a prompt when it is asked at the provider itself: its answers are deterministic. */
async function askProvider(place: number): Promise<string> {
  const { messages } = request(place);
  const answer = await fetch(`${stack.mockUrl}/openai/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: "Bearer any", "x-composite-step": "final" },
    body: JSON.stringify({ model: SPEAKER.replace("openai/", ""), messages }),
  });
  const { choices } = (await answer.json()) as { choices: { message: { content: string } }[] };
  return choices[0]?.message.content ?? "";
}

/** Samples a process's memory; the function that it gives ends that, and tells the growth from the mark on. */
function watchMemory(pid: number, elapsedMs: () => number): () => number {
  const samples: { atMs: number; megabytes: number }[] = [];
  const timer = setInterval(() => {
    const atMs = elapsedMs();
    void residentMegabytes(pid).then((megabytes) => samples.push({ atMs, megabytes }));
  }, SAMPLE_MS);
  return () => {
    clearInterval(timer);
    const after = samples.filter(({ atMs }) => atMs >= MARK_MS).map(({ megabytes }) => megabytes);
    expect(after.length).toBeGreaterThan((DURATION_MS - MARK_MS) / SAMPLE_MS / 2);
    console.log(`The gateway's memory was ${after[0]} MB after ${MARK_MS / 1000} s, and ${Math.max(...after)} MB at most after that.`);
    return Math.max(...after) / (after[0] ?? 0);
  };
}

describe("200 streams at once", () => {
  it("lose and repeat nothing, and leave the gateway's memory flat", { timeout: DURATION_MS + 60_000 }, async () => {
    const startedMs = performance.now();
    const elapsedMs = (): number => performance.now() - startedMs;
    const { pid } = stack.process("gateway");
    const endWatch = watchMemory(pid, elapsedMs);
    let [open, mostOpen] = [0, 0];

    const streamOn = async (place: number): Promise<Streamed[]> => {
      const streamed: Streamed[] = [];
      while (elapsedMs() < DURATION_MS) {
        const stream = await openStream(place);
        open += 1;
        mostOpen = Math.max(mostOpen, open);
        streamed.push({ ...stream, text: await stream.text });
        open -= 1;
      }
      return streamed;
    };
    const places = MODELS.keys().toArray();
    const [streamed, told] = await Promise.all([Promise.all(places.map(streamOn)), Promise.all(places.map(askProvider))]);
    const growth = endWatch();
    expect(mostOpen).toBe(STREAMS);

    for (const { run, place, text } of streamed.flat()) {
      const { chunks, isDone } = readSse(text);
      const { content, finishReasons } = assemble(chunks);
      const committed = await records.committed(run);
      expect({ isDone, finishReasons, error: chunks.at(-1)?.error }, run).toEqual({ isDone: true, finishReasons: ["stop"] });
      expect(chunks.length, run).toBeGreaterThan(10);
      expect(content, run).toBe(committed?.choices[0]?.message.content);
      // The last model of a panel is asked something else, which is the run's own.
      if (MODELS[place] === SPEAKER) expect(content, run).toBe(told[place]);
    }
    expect(growth).toBeLessThan(MOST_GROWTH);
  });
});
