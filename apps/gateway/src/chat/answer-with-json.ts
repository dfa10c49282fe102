import type { FastifyReply } from "fastify";
import type { PlannedRequest } from "../plan/plan-request.ts";
import { startRun } from "../runs/start-run.ts";
import { watchClient } from "../runs/watch-client.ts";
import { resultHeaders, runHeaders } from "./answer-headers.ts";
import type { ChatDeps } from "./chat-deps.ts";
import { outcomeOf } from "./run-outcome.ts";

/** Waits for the run and answers with its completion, or with the error that it ended in. */
export async function answerWithJson(deps: ChatDeps, { plan, onDisconnect }: PlannedRequest, reply: FastifyReply): Promise<FastifyReply> {
  const startedMs = deps.clock.monotonicMs();
  const client = watchClient(reply.raw);
  const started = await startRun(deps.gate, plan);
  const hungUp = new Promise<null>((resolve) => {
    client.onGone(() => {
      started.following.close();
      deps.hangUps.onGone(started.run, onDisconnect);
      resolve(null);
    });
  });
  reply.headers(runHeaders(started.run, plan)).type("application/json; charset=utf-8");
  const outcome = await Promise.race([outcomeOf(started), hungUp]);
  if (outcome === null) return reply.hijack();
  started.following.close();
  reply.header("openai-processing-ms", String(Math.round(deps.clock.monotonicMs() - startedMs)));
  if ("failure" in outcome) {
    const { status, headers, error } = outcome.failure;
    return reply.code(status).headers(headers).send(JSON.stringify({ error }));
  }
  const { completion } = outcome;
  return reply.headers(resultHeaders(completion.composite)).send(JSON.stringify(completion));
}
