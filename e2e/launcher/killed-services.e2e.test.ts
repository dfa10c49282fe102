import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { askRun } from "../harness/ask-run.ts";
import { chat } from "../harness/open-client.ts";
import { type ProviderCall, providerCalls } from "../harness/provider-calls.ts";
import { type Launcher, runLauncher } from "./run-launcher.ts";

/** Every call takes so long that its process can be killed under it. */
const SLOW = "mock-latency-3000";
const COUNCIL = chat({
  model: `composite/council/anthropic/claude-sonnet-4-5-${SLOW}`,
  council_models: [`openai/gpt-4o-mini-${SLOW}`, `anthropic/claude-haiku-4-5-${SLOW}`, `openai/gpt-5-mini-${SLOW}`],
});
const PATIENT = { timeout: 60_000, interval: 50 };

let directory: string;
let launcher: Launcher;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "composite-killed-"));
  launcher = runLauncher(directory);
});

afterEach(async () => {
  launcher.child.kill("SIGTERM");
  await launcher.exited;
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
});

/** @param answerOutcomes of the requests for each answer, under which the model-caller ends */
async function endEachUnderCouncil(signal: NodeJS.Signals, answerOutcomes: readonly string[]): Promise<void> {
  await launcher.shows(/Ctrl-C stops everything/);
  const { urls } = await launcher.state();
  const [gatewayUrl = "", mockUrl = ""] = [urls["gateway"], urls["mock-provider"]];
  const { run } = await askRun(gatewayUrl, "POST", "", COUNCIL);
  const callsOf = (stage: string): Promise<ProviderCall[]> =>
    providerCalls(mockUrl, run.id).then((calls) => calls.filter(({ step }) => step?.startsWith(stage)));
  const end = async (service: string, stage: string, underWay: number): Promise<void> => {
    await vi.waitFor(async () => expect((await callsOf(stage)).filter(({ end }) => end === null)).toHaveLength(underWay), PATIENT);
    process.kill((await launcher.state()).pids[service] ?? 0, signal);
    await launcher.shows(new RegExp(`${service} is back\\.`));
  };
  await end("model-caller", "answer", 3);
  await end("orchestrator", "review", 3);
  await end("gateway", "final", 1);

  await vi.waitFor(async () => expect((await askRun(gatewayUrl, "GET", `/${run.id}`)).run.status).toBe("succeeded"), PATIENT);
  const outcomes = async (stage: string) => (await callsOf(stage)).map(({ step, end }) => `${step} ${end?.outcome}`).toSorted();
  const answers = ["answer.0.0", "answer.0.1", "answer.0.2"];
  expect(await outcomes("answer")).toEqual(answers.flatMap((step) => answerOutcomes.map((outcome) => `${step} ${outcome}`)));
  expect(await outcomes("review")).toEqual(["review.0.0 completed", "review.0.1 completed", "review.0.2 completed"]);
  expect(await outcomes("final")).toEqual(["final completed"]);
  const { result } = (await askRun(gatewayUrl, "GET", `/${run.id}`)).run;
  expect(result?.choices[0]?.message.content).toMatch(/^\[simulated claude-sonnet-4-5/);
  expect(result?.composite.degraded).toEqual([]);
}

describe("npm start", () => {
  it("brings a council to its end although each service is killed in turn, and repeats only calls of the model-caller that died", async () => {
    await endEachUnderCouncil("SIGKILL", ["aborted", "completed"]);
  });

  it("brings it to its end although each service is ended by hand, and repeats nothing", async () => {
    await endEachUnderCouncil("SIGTERM", ["completed"]);
  });
});
