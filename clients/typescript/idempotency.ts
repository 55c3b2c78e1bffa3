/** Keys that make a repeated request safe (`Idempotency-Key`). */

/**
 * Keeps one key until the answer has arrived.
 *
 * After a lost answer the person presses the button again: the same body with the same key returns
 * what the first request made. Another body is another request, so it gets a new key; and so does
 * the same body once it has been answered, for whoever sends it then wants another of the same.
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

  /** End the key: the request has succeeded. */
  answered(): void {
    this.#body = undefined;
  }
}
