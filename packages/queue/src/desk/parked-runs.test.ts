import { expect, it, vi } from "vitest";
import { createParkedRuns } from "./parked-runs.ts";

const OPENAI = new Set(["openai"]);

function open() {
  const promoted: string[] = [];
  const parked = createParkedRuns(
    async (job) => void promoted.push(job),
    (error) => expect.fail(String(error)),
  );
  return { parked, promoted };
}

it("brings a job back when something comes for its run, once", () => {
  const { parked, promoted } = open();
  parked.add("r", 1000, OPENAI);
  parked.asideNow("r", "r.1");
  expect(promoted).toEqual([]);
  parked.wake("other");
  parked.wake("r");
  parked.wake("r");
  expect(promoted).toEqual(["r.1"]);
});

it("brings it back at once when something came before it was aside", () => {
  const { parked, promoted } = open();
  parked.add("r", 1000, OPENAI);
  parked.wake("r");
  expect(promoted).toEqual([]);
  parked.asideNow("r", "r.1");
  expect(promoted).toEqual(["r.1"]);
});

it("forgets a run that was not put aside, and those whose time is over", () => {
  const { parked, promoted } = open();
  parked.add("kept", 1000, OPENAI);
  parked.remove("kept");
  parked.add("over", 1000, OPENAI);
  parked.asideNow("over", "over.1");
  parked.forget(1001);
  parked.wake("kept");
  parked.wake("over");
  expect(promoted).toEqual([]);
  expect(parked.untilMs("over")).toBeNull();
});

it("knows what is waited for while a run is aside", () => {
  const { parked } = open();
  parked.add("r", 1000, OPENAI);
  parked.asideNow("r", "r.1");
  expect([parked.waitFor("openai"), parked.waitFor("anthropic")]).toEqual([true, false]);
  parked.wake("r");
  expect(parked.waitFor("openai")).toBe(false);
});

it("brings all back when its process ends", async () => {
  const { parked, promoted } = open();
  for (const run of ["a", "b"]) {
    parked.add(run, 1000, OPENAI);
    parked.asideNow(run, `${run}.1`);
  }
  await parked.wakeAll();
  expect(promoted).toEqual(["a.1", "b.1"]);
});

it("leaves a job that cannot be brought back to the sweeper", async () => {
  const onError = vi.fn<(error: Error) => void>();
  const parked = createParkedRuns(() => Promise.reject(new Error("no Redis")), onError);
  parked.add("r", 1000, OPENAI);
  parked.asideNow("r", "r.1");
  await parked.wakeAll();
  expect(onError).toHaveBeenCalledOnce();
});
