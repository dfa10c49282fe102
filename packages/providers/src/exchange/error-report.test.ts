import { describe, expect, it } from "vitest";
import { classifyError } from "./error-report.ts";

function classOf(status: number, message: string) {
  return classifyError(status, { message, type: null, code: null, param: null, status: null });
}

describe("the class of a vendor's error", () => {
  it("is a limit for an overload and for a rate that rose too suddenly, not for a server that is out", () => {
    expect(classOf(529, "Overloaded")).toBe("rate_limited");
    expect(classOf(503, "Slow Down: please reduce your request rate")).toBe("rate_limited");
    expect(classOf(503, "The engine is currently overloaded, please try again later.")).toBe("unavailable");
    expect(classOf(500, "Slow down")).toBe("unavailable");
  });
});
