/** The header by which Sentry joins a page's errors with those of the functions that it called. */

import type { Middleware } from "openapi-fetch";

/**
 * Send `sentry-trace`: one trace id a page view, one span id a request, not sampled.
 *
 * Sentry's SDK for browsers sends this header by itself. This page has no Sentry account, so it
 * makes a random id: the API must accept the header from a page, and its own error reports then
 * carry the same trace id.
 */
export function sentryTrace(): Middleware {
  const trace = hex(16);
  return { onRequest: ({ request }) => request.headers.set("sentry-trace", `${trace}-${hex(8)}-0`) };
}

function hex(bytes: number): string {
  const numbers = crypto.getRandomValues(new Uint8Array(bytes));
  return Array.from(numbers, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
