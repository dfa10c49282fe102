import { expect, test } from "vitest";
import { createRandomPool } from "./random-pool.ts";

test("a pool of random bytes gives the size that was asked for, and nothing twice", () => {
  const draw = createRandomPool();
  const seen = new Set<string>();
  for (let turn = 0; turn < 5000; turn += 1) {
    const size = 8 + (turn % 9);
    const bytes = draw(size);
    expect(bytes.length).toBe(size);
    seen.add(bytes.subarray(0, 8).toString("hex"));
  }
  expect(seen.size).toBe(5000);
});
