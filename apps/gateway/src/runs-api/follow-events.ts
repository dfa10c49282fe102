import type { FastifyReply, FastifyRequest } from "fastify";
import { runHeaders } from "../chat/answer-headers.ts";
import { headersOf } from "../http/headers-of.ts";
import { watchClient } from "../runs/watch-client.ts";
import { openSse } from "../sse/sse-connection.ts";
import { readEventCursor } from "./event-cursor.ts";
import { formatEvent } from "./event-format.ts";
import { findRun } from "./find-run.ts";
import type { Query } from "./query.ts";
import type { RunsDeps } from "./runs-deps.ts";

/**
 * `GET /v1/runs/{id}/events`: every event of the run after the cursor, then each as it comes, up to the last. A client that had the last one
 * gets 204, which tells an `EventSource` not to come back.
 */
export async function followEvents(
  deps: RunsDeps,
  request: FastifyRequest,
  id: string,
  query: Query,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const client = watchClient(reply.raw);
  const { run, plan, lastEvent, outcome } = await findRun(deps.gate, id, request.caller);
  const after = readEventCursor(request, query, lastEvent);
  if (outcome !== null && after >= outcome.number) return reply.code(204).headers(runHeaders(run, plan)).send();
  reply.hijack();
  if (client.isGone) return reply;

  const end = (): void => {
    deps.openAnswers.delete(answer);
    connection.end();
  };
  const connection = openSse(reply.raw, { ...headersOf(reply), ...runHeaders(run, plan) }, deps.timing, {
    onFull: () => following.pause(),
    onDrained: () => following.resume(),
    onGone: () => {
      deps.openAnswers.delete(answer);
      deps.hangUps.onGone(following);
    },
  });
  const following = deps.gate.follow(run, {
    scope: "all",
    after,
    onEvent: (event) => {
      connection.send(formatEvent(event));
      if (event.kind === "finished" || event.kind === "error") end();
    },
    // The stream ends without its last event, so its client comes back to where it was.
    onLost: end,
  });
  const answer = {
    // The client finds the run again at the gateway that takes over, before this listener is forgotten.
    cut: () => {
      following.close();
      end();
    },
  };
  deps.openAnswers.add(answer);
  return reply;
}
