/** What this gateway serves: listed to whoever asks for something else. */
export const ENDPOINTS = [
  "POST /v1/chat/completions",
  "POST /v1/runs",
  "GET /v1/runs",
  "GET /v1/runs/{run}",
  "DELETE /v1/runs/{run}",
  "GET /v1/runs/{run}/events",
  "POST /v1/runs/{run}/retry",
  "GET /v1/models",
  "GET /v1/models/{id}",
  "GET /v1/admin/quarantine",
  "POST /v1/admin/quarantine/{id}/release",
  "GET /health/live",
  "GET /health/ready",
  "GET /version",
] as const;
