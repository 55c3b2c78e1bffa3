/** Keys that make a repeated request safe (`Idempotency-Key`). */

/**
 * Keeps one key for as long as the same body is sent.
 *
 * After a lost answer the person presses the button again: the same body with the same key returns
 * what the first request made. Another body is another request, so it gets a new key.
 */
export class IdempotencyKey {
  #body: string | undefined;
  #key = "";

  for(body: unknown): string {
    const text = JSON.stringify(body);
    if (text !== this.#body) {
      this.#body = text;
      this.#key = crypto.randomUUID();
    }
    return this.#key;
  }
}
