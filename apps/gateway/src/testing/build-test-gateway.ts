import { createRandomPool } from "../http/random-pool.ts";
import { systemClock } from "@composite-llm/core";
import { createLogger } from "@composite-llm/runtime";
import { buildGateway, type Gateway, type GatewayDeps } from "../build-gateway.ts";
import { createFakeLimitsBoard, type FakeLimitsBoard } from "./fake-limits-board.ts";
import { createFakeRunGate, type FakeRunGate } from "./fake-run-gate.ts";
import { loadTestSettings } from "./load-test-settings.ts";

export interface TestGateway extends Gateway {
  gate: FakeRunGate;
  limits: FakeLimitsBoard;
}

export interface TestGatewayOptions extends Partial<GatewayDeps> {
  yaml?: string;
  env?: Readonly<Record<string, string>>;
}

/** A gateway in front of a fake RunGate. */
export async function buildTestGateway({ yaml, env, ...deps }: TestGatewayOptions = {}): Promise<TestGateway> {
  const gate = createFakeRunGate();
  const limits = createFakeLimitsBoard();
  const settings = await loadTestSettings(yaml, env);
  const gateway = buildGateway({
    gate,
    limits,
    settings: () => settings,
    bodyLimitBytes: 10 * 2 ** 20,
    clock: systemClock,
    randomBytes: createRandomPool(),
    logger: createLogger({ name: "gateway", level: "silent" }),
    version: { version: "0.0.0", node: process.versions.node },
    ...deps,
  });
  await gateway.app.ready();
  return { ...gateway, gate, limits };
}
