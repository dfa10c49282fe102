import { describe, expect, it } from "vitest";
import { createLocalAdmission } from "./admission.ts";

const never = new AbortController().signal;

describe("local admission", () => {
  it("lets so many requests to a provider go at once, and the next when one is given back", async () => {
    const admission = createLocalAdmission(
      () => 2,
      () => 0,
    );
    const first = await admission.admit("openai", never);
    await admission.admit("openai", never);
    let isAdmitted = false;
    const third = admission.admit("openai", never).then((lease) => {
      isAdmitted = true;
      return lease;
    });
    await Promise.resolve();
    expect(isAdmitted).toBe(false);
    first.release();
    await third;
    expect(isAdmitted).toBe(true);
  });

  it("keeps providers apart", async () => {
    const admission = createLocalAdmission(
      () => 1,
      () => 0,
    );
    await admission.admit("openai", never);
    await expect(admission.admit("anthropic", never)).resolves.toBeDefined();
  });

  it("counts a lease that is given back twice once", async () => {
    const admission = createLocalAdmission(
      () => 1,
      () => 0,
    );
    const lease = await admission.admit("openai", never);
    lease.release();
    lease.release();
    await admission.admit("openai", never);
    const abort = new AbortController();
    const waiting = admission.admit("openai", abort.signal);
    abort.abort(new Error("gave up"));
    await expect(waiting).rejects.toThrow("gave up");
  });

  it("forgets who gave up, so that nobody gets their place", async () => {
    const admission = createLocalAdmission(
      () => 1,
      () => 0,
    );
    const lease = await admission.admit("openai", never);
    const abort = new AbortController();
    const gaveUp = admission.admit("openai", abort.signal);
    abort.abort(new Error("gave up"));
    await expect(gaveUp).rejects.toThrow("gave up");
    const next = admission.admit("openai", never);
    lease.release();
    await expect(next).resolves.toBeDefined();
  });
});
