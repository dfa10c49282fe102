// A test kit for strategies: runs one in memory, with answers that the test makes up.
export { type FakeCall, type FakeRun, type FakeRunInput, runWithFakes, StageFailedError } from "./run-with-fakes.ts";
export { toFakePlan } from "./to-fake-plan.ts";
