import type { Clock } from "@composite-llm/core";
import type { ReportedTokens } from "../answer/answer.ts";
import { composeAnswer } from "../answer/compose-answer.ts";
import { type Behaviour, PLAIN_BEHAVIOUR } from "../behaviour/behaviour.ts";
import type { BehaviourResolver } from "../behaviour/behaviour-resolver.ts";
import { drawLatencyMs } from "../behaviour/draw-latency.ts";
import { createChance } from "../chance.ts";
import type { Script } from "../delivery/action.ts";
import { toResponseHeaders } from "../delivery/response-headers.ts";
import { writeDelivery } from "../delivery/write-delivery.ts";
import { writeProblem } from "../delivery/write-problem.ts";
import type { JudgeHeaders } from "../judge-headers.ts";
import type { Problem } from "../wires/problem.ts";
import type { Wire } from "../wires/wire.ts";
import { echoRequest } from "./echo-request.ts";
import { GATES, passGates } from "./gates.ts";
import type { ParsedIncoming } from "./parse-incoming.ts";

export interface PlanDeps {
  seed: number;
  clock: Clock;
  resolver: BehaviourResolver;
  /** Makes ids of responses different from those of other processes. */
  processTag: string;
}

/** The request that is planned for. */
export interface PlanSubject {
  wire: Wire;
  judge: JudgeHeaders;
  /** Its number in this process. */
  id: number;
}

/** What is done with a request, decided before the first byte. */
export interface Plan {
  script: Script;
  /** What is billed for its input. */
  inputTokens: number;
  /** What the caller is told when all goes well, null when nothing. */
  usage: ReportedTokens | null;
}

function toRequestId({ processTag }: PlanDeps, { id }: PlanSubject): string {
  return `req_${processTag}${id}`;
}

/** Refuses a request with an HTTP error. */
export function planProblem(
  deps: PlanDeps,
  subject: PlanSubject,
  problem: Problem,
  behaviour: Behaviour = PLAIN_BEHAVIOUR,
  latencyMs = 0,
): Plan {
  const { wire } = subject;
  const requestId = toRequestId(deps, subject);
  const headers = toResponseHeaders(wire, behaviour, requestId, deps.clock.now());
  return { script: writeProblem({ wire, problem, behaviour, latencyMs, headers, requestId }), inputTokens: 0, usage: null };
}

/** Decides what a request gets: a refusal at a gate, the error that its model was asked for, or an answer. */
export function planCompletion(deps: PlanDeps, subject: PlanSubject, incoming: ParsedIncoming): Plan {
  const refusal = passGates(GATES, incoming);
  if (refusal !== null) return planProblem(deps, subject, refusal);

  const { wire, judge, id } = subject;
  const { model, base, program, headers, body } = incoming;
  const ask = wire.toAsk(body);
  const facts = [String(deps.seed), model, ask.conversation, judge.step ?? ""];
  const chance = createChance(facts);
  // A request without judge headers is told from its equals by our own number, so that what is drawn per request has a distribution.
  const draw = judge.run === null ? String(id) : `${judge.run} ${judge.cell} ${judge.try}`;
  const sameness = judge.run === null || judge.step === null ? chance.digest : `${judge.run} ${judge.step} ${model}`;
  const asked = headers["x-mock"];
  const programs = [program, typeof asked === "string" ? asked : null];
  const resolved = deps.resolver.resolve(programs, { step: judge.step, sameness, draw, chance });
  if ("problem" in resolved)
    return planProblem(deps, subject, wire.toInvalidRequest(`mock-provider: ${resolved.problem}`, "mock_directive"));

  const { behaviour } = resolved;
  const latencyMs = drawLatencyMs(behaviour.latency, () => chance.random(`latency ${draw}`));
  if (behaviour.fault !== null) return planProblem(deps, subject, wire.toProblem(behaviour.fault, model), behaviour, latencyMs);

  const answer = composeAnswer(ask, behaviour, {
    base,
    chance: behaviour.varies ? createChance([...facts, draw, String(id)]) : chance,
    run: judge.run,
    toolIdPrefix: wire.toolIdPrefix,
    writesRefusals: wire.writesRefusals,
    echo: () => echoRequest(headers, body),
  });
  const nowMs = deps.clock.now();
  const requestId = toRequestId(deps, subject);
  const envelope = { id: `${wire.responseIdPrefix}${deps.processTag}${id}`, model, createdMs: nowMs, chunkTokens: behaviour.chunkTokens };
  const responseHeaders = toResponseHeaders(wire, behaviour, requestId, nowMs);
  const isTold = answer.usage.kind === "tokens" && (ask.streamUsage || !ask.stream);
  return {
    script: writeDelivery({ wire, ask, answer, behaviour, envelope, latencyMs, headers: responseHeaders, requestId }),
    inputTokens: ask.inputTokens,
    usage: isTold && answer.usage.kind === "tokens" ? answer.usage.tokens : null,
  };
}
