import type { Chance } from "../chance.ts";
import { stageOf } from "../judge-headers.ts";
import { type Behaviour, PLAIN_BEHAVIOUR } from "./behaviour.ts";
import { BoundedMap } from "./bounded-map.ts";
import { type Condition, parseProgram, type ProgramReading } from "./parse-program.ts";

/** What conditions are judged by. */
export interface RequestFacts {
  /** Name of the step, null for a request from outside of a run. */
  step: string | null;
  /** Equal for requests that count as tries of the same thing. */
  sameness: string;
  /** Different for every request that is to have a draw of its own. */
  draw: string;
  chance: Chance;
}

export interface BehaviourResolver {
  /** @param programs lists of directives in the order in which they apply, null for none */
  resolve(programs: readonly (string | null)[], facts: RequestFacts): { behaviour: Behaviour } | { problem: string };
}

const KNOWN_PROGRAMS = 1000;
const COUNTED_REQUESTS = 100_000;

/** Turns directives into the behaviour of one request; remembers how often a request was tried, for `fail-first`. */
export function createBehaviourResolver(): BehaviourResolver {
  const readings = new BoundedMap<string, ProgramReading>(KNOWN_PROGRAMS);
  const tries = new BoundedMap<string, number>(COUNTED_REQUESTS);

  const read = (program: string): ProgramReading => {
    const known = readings.get(program);
    if (known !== undefined) return known;
    const reading = parseProgram(program);
    readings.set(program, reading);
    return reading;
  };

  const holds = (condition: Condition, place: string, { step, sameness, draw, chance }: RequestFacts): boolean => {
    if (condition.kind === "stage") return step !== null && stageOf(step) === condition.stage;
    if (condition.kind === "rate") return chance.random(`rate ${place} ${draw}`)() * 100 < condition.percent;
    const key = `${place} ${sameness}`;
    const seen = tries.get(key) ?? 0;
    tries.set(key, seen + 1);
    return seen < condition.requests;
  };

  const run = (reading: ProgramReading, place: string, facts: RequestFacts, behaviour: Behaviour): string | null => {
    if ("problem" in reading) return reading.problem;
    for (const [index, step] of reading.steps.entries()) {
      if (step.kind === "set") Object.assign(behaviour, step.patch);
      else if (!holds(step.condition, `${place}.${index}`, facts)) break;
    }
    return null;
  };

  return {
    resolve(programs, facts) {
      if (programs.every((program) => program === null)) return { behaviour: PLAIN_BEHAVIOUR };
      const behaviour = { ...PLAIN_BEHAVIOUR };
      for (const [index, program] of programs.entries()) {
        const problem = program === null ? null : run(read(program), String(index), facts, behaviour);
        if (problem !== null) return { problem };
      }
      return { behaviour };
    },
  };
}
