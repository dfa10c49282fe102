import { createRegistry } from "@composite-llm/strategies";
import { expect, it } from "vitest";
import { executeRun } from "./execute-run.ts";
import { createFakeRun, moaPlan, slot } from "./fixtures/fake-run.ts";
import { createLatencyBook } from "./latency-book.ts";

const panel = moaPlan([slot(0, "proposer"), slot(1, "proposer")]);
const last = slot(0, "aggregator");

it.each([
  ["final/final", "failed"],
  ["final/propose.0.0", "succeeded"],
])("of a composite as the last model, words of %s end its run as %s when its last call fails", async (seen, state) => {
  const root = { ...panel.root, final: { ...last, member: { ...last.member, nested: panel.root } } };
  const fake = createFakeRun({ ...panel, root }, { "final/final": { fail: "unavailable" } });
  fake.published.add(seen);
  const onFault = (error: Error) => expect.fail(String(error.stack));
  await executeRun(fake.port, { registry: createRegistry([]), startTimer: fake.startTimer, latencies: createLatencyBook(), onFault });
  expect(fake.end?.state).toBe(state);
});
