/** Errors of the API (RFC 9457, application/problem+json) as exceptions. */

import type { Middleware } from "openapi-fetch";

import type { components } from "./schema";

export type Problem = components["schemas"]["Problem"];

/** An answer with an error status. `problem.code` is for programs, the message for people. */
export class ApiProblem extends Error {
  /** `retryAfter`: seconds to wait before the same request may succeed, if the answer names them. */
  constructor(
    readonly problem: Problem,
    readonly retryAfter?: number,
  ) {
    super(`${problem.title}. ${problem.detail}`);
    this.name = "ApiProblem";
  }
}

/** Throw an ApiProblem for every answer that is not a success. */
export const problemsAsErrors: Middleware = {
  async onResponse({ response }) {
    if (!response.ok) throw new ApiProblem(await problemOf(response), retryAfterOf(response));
  },
};

function retryAfterOf(response: Response): number | undefined {
  // The header may also hold a date, which our API never sends: it is no number.
  const seconds = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
  return Number.isNaN(seconds) ? undefined : seconds;
}

async function problemOf(response: Response): Promise<Problem> {
  if (response.headers.get("Content-Type")?.startsWith("application/problem+json")) {
    return (await response.json()) as Problem;
  }
  // Not our API's answer: something between it and this page has failed.
  return {
    type: "about:blank",
    title: "The service does not answer as expected",
    status: response.status,
    detail: "Try again in a moment.",
    instance: new URL(response.url).pathname,
    code: "integration_failed",
    request_id: response.headers.get("X-Request-Id") ?? "",
  };
}
