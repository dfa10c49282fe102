import { type ChatCompletion, isLastCall, type ModelDelta, toWireUsage, wonStep } from "@composite-llm/contracts";
import type { ApiError } from "@composite-llm/core";
import type { StrategyResult } from "@composite-llm/strategies";
import type { EventDraft } from "./run-port.ts";
import type { RunScope } from "./run-scope.ts";
import { toCompositeExtension } from "./to-composite-extension.ts";
import { toPanelSummary } from "./to-panel-summary.ts";

/** Finishes the run with its answer. */
export async function endRun(scope: RunScope, result: StrategyResult): Promise<void> {
  const { port, calls } = scope;
  const { plan } = port;
  const latencyMs = port.now() - port.createdAtMs;
  const degraded = [...scope.notes.degraded, ...(result.degraded ?? [])];
  const composite = toCompositeExtension({
    run: port.run,
    plan,
    timeline: scope.timeline,
    settled: calls.settled,
    unreported: calls.unreported,
    elsewhere: calls.elsewhere,
    notes: { ...scope.notes, degraded },
    ranking: result.ranking ?? [],
    latencyMs,
    nowMs: port.now(),
  });

  const { answer } = result;
  const unseen: EventDraft[] = scope.pendingEvents.splice(0);
  const choices = answer.result.choices.map((choice) => ({ ...choice, message: { ...choice.message } }));
  // A member's answer that is returned word for word was seen by nobody yet.
  if (!isLastCall(answer.step)) unseen.push({ kind: "delta", data: { step: answer.step, stream_attempt: 1, text: answer.text } });
  if (plan.delivery.includeTrace && choices[0] !== undefined) {
    const summary = toPanelSummary(composite);
    const reasoning: ModelDelta["reasoning"] = choices[0].message.reasoning_content === undefined ? summary : `\n\n${summary}`;
    choices[0].message.reasoning_content = `${choices[0].message.reasoning_content ?? ""}${reasoning}`;
    unseen.push({ kind: "delta", data: { step: answer.step, stream_attempt: 1, reasoning } });
  }
  const own = calls.settled.find(({ step, status }) => wonStep(step) === answer.step && status === "succeeded")?.report;
  const completion: ChatCompletion = {
    id: `chatcmpl-${port.run}`,
    object: "chat.completion",
    created: Math.floor(plan.createdAtMs / 1000),
    model: plan.model,
    choices,
    usage: plan.delivery.usage === "final" && own !== undefined && own !== null ? toWireUsage(own.usage) : composite.usage,
    composite,
  };
  await port.finish({ state: "succeeded", data: { completion } }, unseen);
}

/** Finishes the run without one. */
export async function failRun(scope: RunScope, error: ApiError): Promise<void> {
  await scope.port.finish(
    { state: "failed", data: { status: error.status, headers: error.headers, error: error.body } },
    scope.pendingEvents.splice(0),
  );
}
