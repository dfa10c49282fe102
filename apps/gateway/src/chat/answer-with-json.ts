import type { FastifyReply } from "fastify";
import type { PlannedRequest } from "../plan/plan-request.ts";
import { confirmDelivery } from "../runs/confirm-delivery.ts";
import { startRun } from "../runs/start-run.ts";
import type { Wish } from "../runs/to-wish.ts";
import { watchClient } from "../runs/watch-client.ts";
import { resultHeaders, runHeaders } from "./answer-headers.ts";
import type { ChatDeps } from "./chat-deps.ts";
import { answerLost, outcomeOf } from "./run-outcome.ts";

/** Waits for the run and answers with its completion, or with the error that it ended in. */
export async function answerWithJson(deps: ChatDeps, planned: PlannedRequest, wish: Wish, reply: FastifyReply): Promise<FastifyReply> {
  const startedMs = deps.clock.monotonicMs();
  const client = watchClient(reply.raw);
  const started = await startRun(deps.gate, planned.plan, wish);
  const { run, following } = started;
  const ended = Promise.withResolvers<null>();
  const answer = {
    cut: () => ended.reject(answerLost(run, "The gateway shuts down")),
  };
  deps.openAnswers.add(answer);
  client.onGone(() => ended.resolve(null));
  reply.headers(runHeaders(run, started.plan)).type("application/json; charset=utf-8");
  try {
    const outcome = await Promise.race([outcomeOf(started), ended.promise]);
    if (outcome === null) return reply.hijack();
    reply.header("openai-processing-ms", String(Math.round(deps.clock.monotonicMs() - startedMs)));
    if ("failure" in outcome) {
      const { status, headers, error } = outcome.failure;
      return reply.code(status).headers(headers).send(JSON.stringify({ error }));
    }
    const { completion } = outcome;
    confirmDelivery(reply.raw, run, wish, deps);
    return reply.headers(resultHeaders(completion.composite)).send(JSON.stringify(completion));
  } finally {
    deps.openAnswers.delete(answer);
    // Of a run that ended there is nothing left to leave.
    deps.hangUps.onGone(following);
  }
}
