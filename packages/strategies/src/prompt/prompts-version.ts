/** Raised when the words of a prompt change: runs that were given other words cannot be compared. */
export const PROMPTS_VERSION = 1;
