export { buildGateway, type Gateway, type GatewayDeps } from "./build-gateway.ts";
export { createSettings, type Settings } from "./settings.ts";
export type { StreamTiming } from "./sse/sse-connection.ts";
