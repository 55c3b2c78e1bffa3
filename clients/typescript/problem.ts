/** Errors of the API (RFC 9457, application/problem+json) as exceptions. */

import type { Middleware } from "openapi-fetch";

import type { components } from "./schema";

export type Problem = components["schemas"]["Problem"];

/** An answer with an error status. `problem.code` is for programs, the message for people. */
export class ApiProblem extends Error {
  constructor(readonly problem: Problem) {
    super(`${problem.title}. ${problem.detail}`);
    this.name = "ApiProblem";
  }
}

/** Throw an ApiProblem for every answer that is not a success. */
export const problemsAsErrors: Middleware = {
  async onResponse({ response }) {
    if (!response.ok) throw new ApiProblem(await problemOf(response));
  },
};

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
