import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type HealthChecks, runHealthChecks } from "./health-checks.ts";
import type { Logger } from "./logger.ts";
import { readVersion } from "./version.ts";

export type HealthRoute = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

export interface HealthServerOptions {
  host: string;
  /** 0 takes a free one. */
  port: number;
  checks: {
    /** Whether the process does its work; when not, it should be restarted. */
    live: HealthChecks;
    /** Whether it can take work now. */
    ready: HealthChecks;
  };
  logger: Logger;
  /** Not ready from the moment it is aborted. */
  signal?: AbortSignal;
  /** Further paths, such as `/metrics`. */
  routes?: Readonly<Record<string, HealthRoute>>;
  /** How long a check may take. */
  checkTimeoutMs?: number;
}

export interface HealthServer {
  /** As `http://127.0.0.1:8083`. */
  url: string;
  close(): Promise<void>;
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" });
  response.end(JSON.stringify(body));
}

/**
 * Serves `/health/live`, `/health/ready` and `/version` for a process that has no HTTP of its own.
 *
 * @throws the listener's error, such as EADDRINUSE
 */
export async function createHealthServer(options: HealthServerOptions): Promise<HealthServer> {
  const { checks, checkTimeoutMs, logger, signal } = options;
  const ready: HealthChecks = { ...checks.ready, ...(signal === undefined ? {} : { shutting_down: () => !signal.aborted }) };

  const answerChecks =
    (these: HealthChecks): HealthRoute =>
    async (_request, response) => {
      const report = await runHealthChecks(these, checkTimeoutMs);
      sendJson(response, report.status, report.body);
    };
  const routes: Readonly<Record<string, HealthRoute>> = {
    ...options.routes,
    "/health/live": answerChecks(checks.live),
    "/health/ready": answerChecks(ready),
    "/version": (_request, response) => sendJson(response, 200, readVersion()),
  };

  const answer: HealthRoute = async (request, response) => {
    const path = request.url?.split("?", 1)[0] ?? "/";
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
    if (route === undefined)
      return sendJson(response, 404, { error: `No such path. There are ${Object.keys(routes).toSorted().join(", ")}.` });
    if (request.method !== "GET" && request.method !== "HEAD") return sendJson(response, 405, { error: "Only GET and HEAD." });
    return route(request, response);
  };

  const server = createServer((request, response) => {
    Promise.resolve(answer(request, response)).catch((error: unknown) => {
      logger.error({ err: error, path: request.url }, "a health route failed");
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, { error: "The route failed." });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, resolve);
  });

  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : options.port;
  return {
    url: `http://${options.host.includes(":") ? `[${options.host}]` : options.host}:${port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
