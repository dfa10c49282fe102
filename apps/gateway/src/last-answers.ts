import type { Server, ServerResponse } from "node:http";

/** Answers of a server, which say whether their connection stays. */
export interface LastAnswers {
  /** From now on each answer is the last one on its connection, and says so, unless its headers are out already. */
  begin(): void;
}

export function trackLastAnswers(server: Server): LastAnswers {
  const open = new Set<ServerResponse>();
  let isLast = false;
  // Before the handler, which may answer at once.
  server.prependListener("request", (_request, response) => {
    if (isLast) {
      response.shouldKeepAlive = false;
      return;
    }
    open.add(response);
    response.once("close", () => open.delete(response));
  });
  return {
    begin: () => {
      isLast = true;
      for (const response of open) response.shouldKeepAlive = false;
    },
  };
}
