/**
 * The session of the person at the page.
 *
 * The access token and the refresh token are in memory only: a script of somebody else could read
 * localStorage for as long as the session lasts. There is one exception. Paying leaves this page
 * for Stripe's, which empties its memory; so the refresh token, and it alone, waits in
 * sessionStorage for the way back. It belongs to this tab, is removed when the page opens again,
 * and each refresh replaces it. A page that is loaded again for another reason asks for a login.
 */

import type { Middleware } from "openapi-fetch";

import { dataOf, type Api, type Schemas } from "../typescript/client";
import { ApiProblem } from "../typescript/problem";

const WAITING = "teppan-refresh-token";
const MARGIN_MS = 30_000;

export class Session {
  account: Schemas["Account"] | undefined;
  #tokens: Schemas["Tokens"] | undefined;
  #expiresAt = 0;
  #refreshing: Promise<void> | undefined;

  /** `publicApi` sends no token: log in and refresh need none. */
  constructor(
    private readonly publicApi: Api,
    private readonly onChange: () => void,
  ) {}

  get isAdmin(): boolean {
    return this.account?.role === "admin";
  }

  async logIn(body: Schemas["Login"]): Promise<void> {
    await this.#start(await dataOf(this.publicApi.POST("/api/v1/auth/login", { body })));
  }

  async logOut(): Promise<void> {
    // A session that has ended already needs no token to be forgotten here.
    const token = await this.accessToken().catch(() => undefined);
    const body = { refresh_token: this.#tokens?.refresh_token ?? "" };
    this.end();
    const headers = { Authorization: `Bearer ${token ?? ""}` };
    await dataOf(this.publicApi.POST("/api/v1/auth/logout", { body, headers }));
  }

  /** Forget the tokens. */
  end(): void {
    this.#tokens = this.account = undefined;
    this.onChange();
  }

  /** Return an access token that is still valid when the request arrives. */
  async accessToken(): Promise<string | undefined> {
    if (this.#tokens && Date.now() > this.#expiresAt - MARGIN_MS) {
      // Requests at the same time share one refresh, because a refresh token is used once.
      this.#refreshing ??= this.#refresh(this.#tokens.refresh_token);
      await this.#refreshing.finally(() => (this.#refreshing = undefined));
    }
    return this.#tokens?.access_token;
  }

  /** Middleware of requests with a token: a 401 means that the session has ended, whoever asked. */
  get endedBy401(): Middleware {
    return {
      onResponse: ({ response }) => {
        if (response.status === 401) this.end();
      },
    };
  }

  /** Keep the session while the person pays on Stripe's page. */
  leave(): void {
    if (this.#tokens) sessionStorage.setItem(WAITING, this.#tokens.refresh_token);
  }

  /** Continue the session after the way back from Stripe's page. */
  async resume(): Promise<void> {
    const waiting = sessionStorage.getItem(WAITING);
    sessionStorage.removeItem(WAITING);
    if (waiting !== null) await this.#refresh(waiting);
  }

  async #refresh(refresh_token: string): Promise<void> {
    const body = { refresh_token };
    try {
      await this.#start(await dataOf(this.publicApi.POST("/api/v1/auth/refresh", { body })));
    } catch (error) {
      if (error instanceof ApiProblem && error.problem.status === 401) this.end();
      throw error;
    }
  }

  async #start(tokens: Schemas["Tokens"]): Promise<void> {
    this.#tokens = tokens;
    this.#expiresAt = Date.now() + tokens.expires_in * 1000;
    if (this.account) return;
    const headers = { Authorization: `Bearer ${tokens.access_token}` };
    this.account = await dataOf(this.publicApi.GET("/api/v1/auth/me", { headers }));
    this.onChange();
  }
}
