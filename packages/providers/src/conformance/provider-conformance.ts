import { afterAll, beforeAll, describe } from "vitest";
import { createHttpFetch } from "../http/create-http-fetch.ts";
import { describeAnswers } from "./describe-answers.ts";
import { describeErrors } from "./describe-errors.ts";
import { describeInterruptions } from "./describe-interruptions.ts";
import { describeObservedLimits } from "./describe-observed-limits.ts";
import { describePassedOn } from "./describe-passed-on.ts";
import { describeTransport } from "./describe-transport.ts";
import { type RunningMock, startMockProvider } from "./start-mock-provider.ts";
import { type Asked, createCaller, type Vendor } from "./vendor-under-test.ts";
import type { ProviderOutcome } from "../provider.ts";

export interface Suite {
  vendor: Vendor;
  call: (asked: Asked) => Promise<ProviderOutcome>;
  mock: () => RunningMock;
}

/** Everything that a vendor folder must do, over HTTP against the mock. */
export function describeProvider(vendor: Vendor): void {
  describe(`the ${vendor.name} provider`, () => {
    const http = createHttpFetch();
    let running: RunningMock | undefined;
    const mock = (): RunningMock => {
      if (running === undefined) throw new Error("the mock is not running");
      return running;
    };
    beforeAll(async () => {
      running = await startMockProvider();
    });
    afterAll(async () => {
      await running?.stop();
      await http.close();
    });
    const suite: Suite = { vendor, call: createCaller(vendor, () => mock().url, http.fetch), mock };
    describeAnswers(suite);
    describePassedOn(suite);
    describeErrors(suite);
    describeObservedLimits(suite);
    describeTransport(suite);
    describeInterruptions(suite);
  });
}
