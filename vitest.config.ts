import { defineConfig } from "vitest/config";

const everywhere = ["apps", "packages", "scripts", "bench", "chaos"];
const named = (suffix: string): string[] => everywhere.map((folder) => `${folder}/**/*${suffix}.ts`);

/** Four tiers, told apart by the file's name. The last two share a real Redis. */
export default defineConfig({
  test: {
    // Most of a test's time is waiting: for a lock to run out, a process to start, a call to end.
    maxWorkers: 3,
    projects: [
      {
        test: {
          name: "unit",
          include: named(".test"),
          exclude: ["**/node_modules/**", ...named(".contract.test"), ...named(".integration.test")],
          // Properties are checked for hundreds of samples, beside two other files on two cores.
          testTimeout: 30_000,
        },
      },
      { test: { name: "contract", include: named(".contract.test"), testTimeout: 30_000, hookTimeout: 30_000 } },
      {
        test: {
          name: "integration",
          include: named(".integration.test"),
          globalSetup: "scripts/vitest/provide-redis.ts",
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["e2e/**/*.e2e.test.ts"],
          globalSetup: "scripts/vitest/provide-redis.ts",
          // Whole processes on two cores: after everything else.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
