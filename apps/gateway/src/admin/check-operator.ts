import { ApiError } from "@composite-llm/core";
import type { KeyTable } from "../auth/key-table.ts";

/** Whose keys a gateway knows. */
export interface KnownKeys {
  keys: KeyTable;
  /** The operator's only; empty where none is set. */
  operator: KeyTable;
}

/** @throws ApiError `operator_only` for a client's key, and where no operator has one; `invalid_api_key` for any other */
export function checkOperator({ keys, operator }: KnownKeys, authorization: string | undefined): void {
  if (operator.isEmpty) throw new ApiError("operator_only", "This gateway has no operator: set OPERATOR_KEY and send it as the API key.");
  if (authorization === undefined)
    throw new ApiError("invalid_api_key", "No API key was sent: set the header Authorization: Bearer <key of the operator>.");
  if (operator.callerOf(authorization) !== null) return;
  if (keys.callerOf(authorization) !== null)
    throw new ApiError("operator_only", "This is for the operator only: the API key is a client's. Send OPERATOR_KEY.");
  throw new ApiError("invalid_api_key", "The API key is not known: check the header Authorization: Bearer <key of the operator>.");
}
