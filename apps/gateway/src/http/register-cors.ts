import cors from "@fastify/cors";
import type { FastifyInstance } from "fastify";
import type { Settings } from "../settings.ts";

/** Headers of ours that a browser page may read. */
const EXPOSED = [
  "x-request-id",
  "openai-processing-ms",
  "x-composite-run-id",
  "x-composite-trace-id",
  "x-composite-cost-usd",
  "x-composite-calls",
  "x-composite-degraded",
  "x-composite-simulated",
  "retry-after",
  "location",
  "retry-after-ms",
  "x-should-retry",
];

/** Lets pages of the configured origins call the API; `*` stands for all. Without origins no page may. */
export function registerCors(app: FastifyInstance, settings: () => Settings): void {
  app.register(cors, {
    origin: (origin, answer) => {
      const { corsOrigins } = settings();
      answer(null, origin !== undefined && (corsOrigins.has("*") || corsOrigins.has(origin)) ? origin : false);
    },
    methods: ["GET", "POST", "DELETE"],
    exposedHeaders: EXPOSED,
    maxAge: 600,
  });
}
