import type { ModelDelta, Params } from "@composite-llm/contracts";
import type { CallCost } from "@composite-llm/pricing";
import type { Provider } from "@composite-llm/providers";
import type { CallSettlement, CellClaim, StreamCursor } from "@composite-llm/queue";
import type { CallAbort } from "./call-abort.ts";
import { type CallEnd, toCallEnd } from "./call-end.ts";
import type { CallDeps } from "./call-deps.ts";
import type { CallProgress } from "./call-progress.ts";
import type { CallTarget } from "./call-target.ts";
import { toJudgeHeaders } from "./judge-headers.ts";
import { toRequestCost } from "./request-cost.ts";
import { toSettlement } from "./to-settlement.ts";
import { type BatchData, toBatches } from "./token-batch.ts";
import { createTokenSender } from "./token-sender.ts";
import { withoutFalseUsage } from "./told-usage.ts";

/** How a request ended, and what of its text still has to be published with the commit. */
export interface RequestEnd {
  end: CallEnd;
  cost: CallCost;
  stream: StreamCursor;
  unsent: BatchData[];
}

/** What a request is sent with. */
export interface RequestMeans {
  /** With the key that the limits gave it. */
  provider: Provider;
  /** Aborted when its place within the provider's limits is lost. */
  lost: AbortSignal;
}

/** Sends one request to the provider and streams its tokens to the run where the step asks for it. Gives also what the limits are to know of it. */
export async function sendRequest(
  claim: CellClaim,
  target: CallTarget,
  { provider, lost }: RequestMeans,
  params: Params,
  progress: CallProgress,
  abort: CallAbort,
  deps: CallDeps,
): Promise<RequestEnd & { settlement: CallSettlement }> {
  const { job, step } = claim;
  const isStreamed = step.stream && step.publish !== null;
  const stream: StreamCursor = { attempt: 0, batches: 0 };
  const sender = createTokenSender({
    send: (batch) => deps.desk.append(claim, progress.tries, stream, batch),
    startTimer: deps.startTimer,
    onRefused: () => abort.abort("unwanted"),
  });
  const sentAt = deps.clock.monotonicMs();
  progress.sent();
  let firstAt: number | null = null;
  const onDelta = (delta: ModelDelta): void => {
    firstAt ??= deps.clock.monotonicMs();
    if (isStreamed) sender.push(delta);
  };
  const request = { model: step.model, messages: job.prompts[step.prompt] ?? [], params };
  const outcome = withoutFalseUsage(
    await provider.call(request, {
      signal: AbortSignal.any([abort.signal, lost]),
      stream: step.stream,
      timeouts: target.timeouts,
      onDelta,
      // What the client asked for, it gets as the vendor gave it; of a member, only what others can work with is an answer.
      acceptAnyAnswer: step.publish === "delta",
      ...(target.isSimulated ? { headers: toJudgeHeaders(claim, progress.tries) } : {}),
    }),
  );
  const left = await sender.close();
  progress.ttftMs = firstAt === null ? null : Math.round(firstAt - sentAt);
  const end = toCallEnd(outcome, abort.reason ?? (lost.aborted ? "lease_lost" : null));
  const cost = await toRequestCost(outcome, request, target);
  progress.spend(end.usage, cost);
  // What was not streamed is published in one piece, so that whoever follows sees the text of every final answer.
  const whole = end.kind === "succeeded" && step.publish !== null ? toBatches(end.result) : [];
  return { end, cost, stream, unsent: isStreamed ? left : whole, settlement: toSettlement(outcome, target.hasOneKey) };
}
