/** The client of the API: types from openapi.yaml, requests by openapi-fetch. */

import createFetchClient, { type Client, type Middleware } from "openapi-fetch";

import { problemsAsErrors } from "./problem";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];
export type Api = Client<paths>;

export interface ApiOptions {
  /** The stack's output `ApiUrl`. */
  baseUrl: string;
  /** Returns the access token, or undefined for a request without an account. */
  accessToken?: () => string | undefined | Promise<string | undefined>;
  /** Further middleware, such as a trace header. */
  middleware?: Middleware[];
}

/** Return a client whose calls send a token and a request id, and throw an ApiProblem. */
export function createApi({ baseUrl, accessToken, middleware = [] }: ApiOptions): Api {
  const api = createFetchClient<paths>({ baseUrl });
  api.use(problemsAsErrors, requestId, bearer(accessToken), ...middleware);
  return api;
}

/** Return the body of an answer: `await dataOf(api.GET("/api/v1/auth/me"))`. */
export async function dataOf<Body>(answer: Promise<{ data?: Body }>): Promise<Body> {
  // Every answer that is not a success has thrown before. A 204 has no body, and its type is never.
  return (await answer).data as Body;
}

const requestId: Middleware = {
  onRequest: ({ request }) => request.headers.set("X-Request-Id", crypto.randomUUID()),
};

function bearer(accessToken: ApiOptions["accessToken"]): Middleware {
  return {
    async onRequest({ request }) {
      const token = await accessToken?.();
      if (token !== undefined) request.headers.set("Authorization", `Bearer ${token}`);
    },
  };
}
