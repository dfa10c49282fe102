import type { Strategy } from "../strategy.ts";
import type { CouncilOptions } from "./options.ts";
import { councilPlanner } from "./plan.ts";
import { runCouncil } from "./run.ts";

export const council: Strategy<CouncilOptions> = { ...councilPlanner, run: runCouncil };
