/** An error in the vendor's terms. Anthropic's has neither code nor param. */
export interface Problem {
  status: number;
  type: string;
  code: string | null;
  param: string | null;
  message: string;
}

/** The first check that finds something; the later ones are not made. */
export function firstProblem(checks: readonly (() => Problem | null)[]): Problem | null {
  for (const check of checks) {
    const problem = check();
    if (problem !== null) return problem;
  }
  return null;
}
