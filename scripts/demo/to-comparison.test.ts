import { expect, it } from "vitest";
import { beginExhibit, endExhibit, type ExhibitView } from "./exhibit-view.ts";
import { textOf } from "./styled-line.ts";
import { toComparison } from "./to-comparison.ts";

function view(title: string, calls: number, costUsd: number | null, codes: string[]): ExhibitView {
  const usage = { prompt_tokens: 1000 * calls, completion_tokens: 20 * calls, total_tokens: 1020 * calls };
  const degraded = codes.map((code) => ({ code, stage: null, slot: null }));
  const summary = { run_id: "r", simulated: true, calls, latency_ms: 900 * calls, cost_usd: costUsd, usage, degraded };
  return { ...endExhibit({ ...beginExhibit(title, "m", 100), summary, firstTextMs: 500 }, 1000), text: "x" };
}

it("sets the answers side by side, with what each took", () => {
  const failed = endExhibit({ ...beginExhibit("Council", "m", 0), problem: "502" }, 5);
  const twice = ["member_failed", "member_failed", "single_survivor"];
  const rows = toComparison([view("One model alone", 1, null, []), view("Mixture of agents", 4, 0.00123, twice), failed]);
  expect(rows.map((row) => textOf(row))).toEqual([
    "                     calls  latency  first text  tokens in  tokens out      cost  degraded",
    "  One model alone        1   900 ms      400 ms      1,000          20         –  no",
    "  Mixture of agents      4    3.6 s      400 ms      4,000          80  $0.00123  member_failed, single_survivor",
    "  Council                –        –           –          –           –         –  failed: 502",
  ]);
});
