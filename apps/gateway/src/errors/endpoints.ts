/** What this gateway serves: listed to whoever asks for something else. */
export const ENDPOINTS = [
  "POST /v1/chat/completions",
  "GET /v1/models",
  "GET /v1/models/{id}",
  "GET /health/live",
  "GET /health/ready",
  "GET /version",
] as const;
