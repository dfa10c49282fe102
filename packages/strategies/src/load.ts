// The entry for processes that serve strategies of the configuration. The only files of this package that do I/O.
export { loadStrategies, type StrategyProblem, StrategyLoadError } from "./load-strategies.ts";
