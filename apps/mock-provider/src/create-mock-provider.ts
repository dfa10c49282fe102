import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Clock } from "@composite-llm/core";
import { createBehaviourResolver } from "./behaviour/behaviour-resolver.ts";
import { serveJudgement } from "./http/serve-judgement.ts";
import { toRoute } from "./http/route.ts";
import { sendJson } from "./http/send-json.ts";
import { serveCompletion } from "./http/serve-completion.ts";
import { resetLedger, serveLedger, serveLedgerStats } from "./http/serve-ledger.ts";
import { replaceLimits, serveLimits } from "./http/serve-limits.ts";
import { sendProblem, serveModels } from "./http/serve-models.ts";
import type { Ledger } from "./ledger/ledger.ts";
import { createLimitDesk } from "./limits/limit-desk.ts";
import { createPacedClock } from "./pace/paced-clock.ts";
import { ANTHROPIC_WIRE } from "./wires/anthropic/anthropic-wire.ts";
import { OPENAI_WIRE } from "./wires/openai/openai-wire.ts";

export interface MockProviderDeps {
  /** Another seed gives other answers. */
  seed: number;
  clock: Clock;
  ledger: Ledger;
  /** Told of faults of the mock itself. */
  onError(error: unknown): void;
}

const WIRES = { openai: OPENAI_WIRE, anthropic: ANTHROPIC_WIRE };

/** Longer than clients keep idle connections, so that none sends into a closing one. */
const KEEP_ALIVE_MS = 120_000;

/** The mock as an HTTP server that does not listen yet. */
export function createMockProvider({ seed, clock: machineClock, ledger, onError }: MockProviderDeps): Server {
  const clock = createPacedClock(machineClock);
  const limits = createLimitDesk(clock);
  const processTag = clock.now().toString(36);
  const completionDeps = { seed, clock, ledger, limits, processTag, resolver: createBehaviourResolver() };

  const serve = (request: IncomingMessage, response: ServerResponse): Promise<void> | void => {
    const { method = "GET", url = "/" } = request;
    const route = toRoute(method, url);
    switch (route.kind) {
      case "completion":
        return serveCompletion(completionDeps, WIRES[route.wire], request, response);
      case "models":
        return serveModels(WIRES[route.wire], limits, route.id, request, response);
      case "health":
        return sendJson(response, 200, `{"status":"ok"}`);
      case "ledger":
        return serveLedger(ledger, route.run, response);
      case "ledger-stats":
        return serveLedgerStats(ledger, response);
      case "ledger-reset":
        return resetLedger(ledger, response);
      case "judgement":
        return serveJudgement(ledger, clock, route.search, response);
      case "limits":
        return serveLimits(limits, response);
      case "limits-replace":
        return replaceLimits(limits, request, response);
      case "unknown":
        return sendProblem(WIRES[route.wire], WIRES[route.wire].toUnknownPath(method, url), response);
    }
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      await serve(request, response);
    } catch (error) {
      response.destroy();
      onError(error);
    }
  };
  return createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0 }, (request, response) => void answer(request, response));
}
