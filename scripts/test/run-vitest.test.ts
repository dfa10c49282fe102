import { expect, it } from "vitest";
import { parseVitestReport } from "./run-vitest.ts";

it("counts the tests of a report and names what failed", () => {
  const report = {
    testResults: [
      {
        name: "/root/packages/a.test.ts",
        status: "failed",
        assertionResults: [
          { status: "passed", fullName: "a works" },
          { status: "failed", fullName: "a breaks" },
          { status: "skipped", fullName: "a waits" },
          { status: "todo", fullName: "a comes" },
        ],
      },
      { name: "/root/packages/b.test.ts", status: "failed", assertionResults: [] },
    ],
  };
  expect(parseVitestReport(JSON.stringify(report), "/root")).toEqual({
    passed: 1,
    failed: 2,
    skipped: 2,
    failures: ["packages/a.test.ts: a breaks", "packages/b.test.ts: the file itself failed"],
  });
});
