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
import type { LedgerLimits } from "../ledger/ledger-record.ts";
import { countTokens } from "../limits/counted-tokens.ts";
import type { LimitDesk, LimitPass, LimitStates } from "../limits/limit-desk.ts";
import { toRateLimits, toRetryHeaders } from "../limits/limit-headers.ts";
import type { PacedClock } from "../pace/paced-clock.ts";
import type { Ask } from "../wires/ask.ts";
import type { Problem } from "../wires/problem.ts";
import type { Wire } from "../wires/wire.ts";
import { echoRequest } from "./echo-request.ts";
import { GATES, passGates } from "./gates.ts";
import type { ParsedIncoming } from "./parse-incoming.ts";

export interface PlanDeps {
  seed: number;
  clock: PacedClock;
  limits: LimitDesk;
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
  /** What the limits made of it. */
  limits: LedgerLimits;
  /** To be ended with the connection; null for a request that the limits did not let in. */
  pass: LimitPass | null;
}

/** A request that no limit looked at. */
const UNLIMITED: LedgerLimits = { counted: null, refusedBy: null };

/** What else a refusal brings along. */
interface ProblemTraits {
  behaviour?: Behaviour;
  latencyMs?: number;
  headers?: Record<string, string>;
  states?: LimitStates;
  limits?: LedgerLimits;
  pass?: LimitPass;
}

function toRequestId({ processTag }: PlanDeps, { id }: PlanSubject): string {
  return `req_${processTag}${id}`;
}

/** Refuses a request with an HTTP error. */
export function planProblem(
  deps: PlanDeps,
  subject: PlanSubject,
  problem: Problem,
  { behaviour = PLAIN_BEHAVIOUR, latencyMs = 0, headers = {}, states = {}, limits = UNLIMITED, pass }: ProblemTraits = {},
): Plan {
  const { wire } = subject;
  const requestId = toRequestId(deps, subject);
  const told = toResponseHeaders(wire, behaviour, requestId, deps.clock.now(), toRateLimits(states, deps.clock));
  const script = writeProblem({ wire, problem, behaviour, latencyMs, headers: { ...told, ...headers }, requestId });
  return { script, inputTokens: 0, usage: null, limits, pass: pass ?? null };
}

/** Decides what a request gets: a refusal in an outage, at a gate or by a limit, or what its model was asked for. */
export function planCompletion(deps: PlanDeps, subject: PlanSubject, incoming: ParsedIncoming): Plan {
  const { wire } = subject;
  const { model, headers, body } = incoming;
  const request = { wire: wire.name, model, key: wire.readKey(headers) };
  const outageStatus = deps.limits.outageStatus(request);
  if (outageStatus !== null) {
    const problem = wire.toProblem({ kind: "status", status: outageStatus }, model);
    return planProblem(deps, subject, problem, { limits: { counted: null, refusedBy: "outage" } });
  }
  const refused = passGates(GATES, incoming);
  if (refused !== null) return planProblem(deps, subject, refused);

  const ask = wire.toAsk(body);
  const { settings } = deps.limits;
  const counted = countTokens(ask, settings.tokens_counted);
  const answer = deps.limits.admit(request, counted);
  const states = settings.headers ? answer.states : {};
  if ("pass" in answer)
    return planAnswer(deps, subject, incoming, { ask, states, pass: answer.pass, limits: { counted, refusedBy: null } });

  const { refusal } = answer;
  const isOverload = settings.refusal_status === 529;
  const problem = isOverload ? wire.toProblem({ kind: "status", status: 529 }, model) : wire.toLimitProblem(refusal, model);
  return planProblem(deps, subject, problem, {
    states,
    limits: { counted, refusedBy: refusal.by },
    headers: toRetryHeaders(refusal.waitMs, settings.retry_after, deps.clock),
  });
}

/** A request that the limits let in. */
interface Admitted {
  ask: Ask;
  states: LimitStates;
  pass: LimitPass;
  limits: LedgerLimits;
}

/** What a model that was asked for makes of a request: its error, or its answer. */
function planAnswer(deps: PlanDeps, subject: PlanSubject, incoming: ParsedIncoming, admitted: Admitted): Plan {
  const { wire, judge, id } = subject;
  const { model, base, program, headers, body } = incoming;
  const { ask, states, pass, limits } = admitted;
  const facts = [String(deps.seed), model, ask.conversation, judge.step ?? ""];
  const chance = createChance(facts);
  // A request without judge headers is told from its equals by our own number, so that what is drawn per request has a distribution.
  const draw = judge.run === null ? String(id) : `${judge.run} ${judge.cell} ${judge.try}`;
  const sameness = judge.run === null || judge.step === null ? chance.digest : `${judge.run} ${judge.step} ${model}`;
  const asked = headers["x-mock"];
  const programs = [program, typeof asked === "string" ? asked : null];
  const resolved = deps.resolver.resolve(programs, { step: judge.step, sameness, draw, chance });
  if ("problem" in resolved)
    return planProblem(deps, subject, wire.toInvalidRequest(`mock-provider: ${resolved.problem}`, "mock_directive"), { limits, pass });

  const { behaviour } = resolved;
  const latencyMs = drawLatencyMs(behaviour.latency, () => chance.random(`latency ${draw}`));
  if (behaviour.fault !== null)
    return planProblem(deps, subject, wire.toProblem(behaviour.fault, model), { behaviour, latencyMs, states, limits, pass });

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
  const responseHeaders = toResponseHeaders(wire, behaviour, requestId, nowMs, toRateLimits(states, deps.clock));
  const isTold = answer.usage.kind === "tokens" && (ask.streamUsage || !ask.stream);
  return {
    script: writeDelivery({ wire, ask, answer, behaviour, envelope, latencyMs, headers: responseHeaders, requestId }),
    inputTokens: ask.inputTokens,
    usage: isTold && answer.usage.kind === "tokens" ? answer.usage.tokens : null,
    limits,
    pass,
  };
}
